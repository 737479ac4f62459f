//! `order_by` from outside: what each item means, the tie-breakers, and the exact words of a refusal.
//! The expectations were taken from MLflow 3.17.2 itself, except where a test says that we differ.

use greenroom_core::search::{
    MAX_ORDER_ITEMS, MAX_TEXT_CHARACTERS, OrderColumn, OrderKey, Target, parse_order_by,
};
use greenroom_core::{Error, ErrorCode};

use OrderColumn::{CreatedAt, Name, UpdatedAt, Version};
use Target::{ModelVersions, RegisteredModels};

const BOTH: [Target; 2] = [RegisteredModels, ModelVersions];
const VERSION_KEYS: &str = "{'name', 'version_number', 'creation_timestamp', 'last_updated_timestamp'}";

fn many(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

const fn up(column: OrderColumn) -> OrderKey {
    OrderKey { column, descending: false }
}

const fn down(column: OrderColumn) -> OrderKey {
    OrderKey { column, descending: true }
}

#[track_caller]
fn orders(target: Target, items: &[&str], keys: &[OrderKey]) {
    assert_eq!(parse_order_by(target, &many(items)), Ok(keys.to_vec()), "{target:?}: {items:?}");
}

#[track_caller]
fn order_refused(targets: &[Target], items: &[&str], message: &str) {
    for target in targets {
        let error = Err(Error::new(ErrorCode::InvalidParameterValue, message));
        assert_eq!(parse_order_by(*target, &many(items)), error, "{target:?}: {items:?}");
    }
}

#[test]
fn models_are_ordered_by_name_or_last_update() {
    orders(RegisteredModels, &[], &[up(Name)]);
    for ascending in ["name", "name ASC", "name\tasc", "`name`", "\"name\" asc"] {
        orders(RegisteredModels, &[ascending], &[up(Name)]);
    }
    for descending in ["name DESC", "name\ndEsC", "`name`   desc"] {
        orders(RegisteredModels, &[descending], &[down(Name)]);
    }
    for key in ["timestamp", "last_updated_timestamp", "`timestamp`"] {
        orders(RegisteredModels, &[key], &[up(UpdatedAt), up(Name)]);
        orders(RegisteredModels, &[&format!("{key} DESC")], &[down(UpdatedAt), up(Name)]);
    }
    orders(RegisteredModels, &["timestamp DESC", "name DESC"], &[down(UpdatedAt), down(Name)]);

    for key in ["creation_timestamp", "version_number", "Name", "attribute.name", "tag.x"] {
        let message =
            format!("Invalid order by key '{key}' specified. Valid keys are '{{'name', 'timestamp'}}'");
        order_refused(&[RegisteredModels], &[key], &message);
    }
}

#[test]
fn versions_are_ordered_by_four_columns() {
    orders(ModelVersions, &[], &[down(UpdatedAt), up(Name), down(Version)]);
    orders(ModelVersions, &["name"], &[up(Name), down(Version)]);
    orders(ModelVersions, &["attribute.name DESC"], &[down(Name), down(Version)]);
    orders(ModelVersions, &["attribute.`name`"], &[up(Name), down(Version)]);
    orders(ModelVersions, &["version_number"], &[up(Version), up(Name)]);
    orders(ModelVersions, &["version_number DESC", "name DESC"], &[down(Version), down(Name)]);
    orders(ModelVersions, &["creation_timestamp DESC"], &[down(CreatedAt), up(Name), down(Version)]);
    orders(ModelVersions, &["last_updated_timestamp"], &[up(UpdatedAt), up(Name), down(Version)]);

    for key in ["timestamp", "NAME", "version", "foo"] {
        let message = format!("Invalid attribute key '{key}' specified. Valid keys are '{VERSION_KEYS}'");
        order_refused(&[ModelVersions], &[key], &message);
    }
    order_refused(
        &[ModelVersions],
        &["attributes.name"],
        "Invalid entity type 'attributes'. Valid entity types are ('attribute', 'tag', 'tags')",
    );
    // MLflow orders by the column that is called like the tag.
    order_refused(&[ModelVersions], &["tag.name"], "Invalid order_by entity: tag");
}

#[test]
fn an_order_by_item_is_one_key_and_a_direction() {
    let unparsable = [
        "",
        " ",
        " name",
        "name ",
        "name,",
        "name, version_number",
        "name ASC DESC",
        "name;",
        "'name'",
        "1",
        "*",
        "(name)",
        "`name",
        "desc",
        "asc name",
        "name -- c",
        "name desc nulls last",
        "attribute . name",
        "name`desc`",
    ];
    for item in unparsable {
        let message = format!("Invalid order_by clause '{item}'. Could not be parsed.");
        order_refused(&BOTH, &[item], &message);
    }
    for item in ["name foo", "na me"] {
        order_refused(&BOTH, &[item], &format!("Invalid ordering key in order_by clause '{item}'."));
    }
}

#[test]
fn a_column_orders_once() {
    for items in [["name", "name"], ["name", "name DESC"]] {
        let message = format!("`order_by` contains duplicate fields: ['{}', '{}']", items[0], items[1]);
        order_refused(&BOTH, &items, &message);
    }
    order_refused(
        &[RegisteredModels],
        &["timestamp", "last_updated_timestamp"],
        "`order_by` contains duplicate fields: ['timestamp', 'last_updated_timestamp']",
    );
}

#[test]
fn the_size_of_an_order_by_is_limited() {
    let items = vec!["name"; MAX_ORDER_ITEMS + 1];
    order_refused(&BOTH, &items, "A search may have at most 16 order_by items, but got 17.");
    let long = "n".repeat(MAX_TEXT_CHARACTERS + 1);
    let message = "Invalid order_by item: it may have at most 16384 characters, but got 16385.";
    order_refused(&BOTH, &[&long], message);
    order_refused(&BOTH, &["name\0"], "Invalid order_by item: it must not contain NUL characters.");
}
