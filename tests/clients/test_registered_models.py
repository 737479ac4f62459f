"""Registered models through the stock client: create, get, update, rename, delete."""

import pytest
from mlflow.exceptions import MlflowException

from harness.entities import a_model, a_version, clock, times, version
from harness.entities import model as shown


def test_create_returns_the_whole_model(client, name):
    with clock() as creation:
        created = client.create_registered_model(
            name, tags={"team": "red", "cost.eur": "10"}, description="Finds unicorns"
        )

    assert shown(created) == a_model(name, description="Finds unicorns", tags={"team": "red", "cost.eur": "10"})
    assert created.creation_timestamp in creation
    assert created.last_updated_timestamp == created.creation_timestamp


def test_create_with_a_name_alone(client, name):
    created = client.create_registered_model(name)

    assert shown(created) == a_model(name)
    assert shown(client.get_registered_model(name)) == a_model(name)


@pytest.mark.parametrize(
    "title",
    [
        "with space",
        "日本語モデル",
        "🦄 unicorn",
        "dots.and-dashes_",
        "quote'",
        'double"',
        "100%",
        "a?b&c=d#e",
        "42",
        "back\\slash",
    ],
)
def test_any_unicode_name_round_trips(client, name, title):
    full = f"{title} {name}"
    client.create_registered_model(full, description=title, tags={"title": title})

    expected = a_model(full, description=title, tags={"title": title})
    assert shown(client.get_registered_model(full)) == expected
    found = client.search_registered_models(f'name = "{full}"' if "'" in full else f"name = '{full}'")
    assert [shown(model) for model in found] == [expected]
    client.delete_registered_model(full)


def test_get_shows_latest_versions_tags_and_aliases(client, model):
    client.set_registered_model_tag(model, "k", "v")
    for _ in range(4):
        client.create_model_version(model, "s3://bucket/model")
    client.transition_model_version_stage(model, "1", "Production")
    client.transition_model_version_stage(model, "2", "Production")
    client.transition_model_version_stage(model, "3", "Staging")
    client.set_registered_model_alias(model, "champion", "2")
    client.set_registered_model_alias(model, "best", "2")
    client.set_registered_model_alias(model, "next", "4")

    got = client.get_registered_model(model)

    assert {latest.current_stage: latest.version for latest in got.latest_versions} == {
        "Production": "2",
        "Staging": "3",
        "None": "4",
    }
    assert shown(got) == a_model(
        model,
        tags={"k": "v"},
        aliases={"best": "2", "champion": "2", "next": "4"},
        latest_versions=[
            a_version(model, 2, current_stage="Production"),
            a_version(model, 3, current_stage="Staging"),
            a_version(model, 4),
        ],
    )


def test_update_changes_the_description_and_the_time(client, model):
    before = client.get_registered_model(model)

    with clock() as update:
        updated = client.update_registered_model(model, "Now described")

    assert shown(updated) == a_model(model, description="Now described")
    assert updated.creation_timestamp == before.creation_timestamp
    assert updated.last_updated_timestamp in update
    got = client.get_registered_model(model)
    assert shown(got) == shown(updated)
    assert times(got) == times(updated)


def test_update_with_none_clears_the_description(client, name):
    client.create_registered_model(name, description="first")

    cleared = client.update_registered_model(name, None)

    assert shown(cleared) == a_model(name)
    assert shown(client.get_registered_model(name)) == a_model(name)


def test_rename_takes_everything_along(client, model):
    client.set_registered_model_tag(model, "k", "v")
    client.create_model_version(model, "s3://bucket/model", tags={"vk": "vv"})
    client.create_model_version(model, "s3://bucket/model")
    client.transition_model_version_stage(model, "1", "Production")
    client.set_registered_model_alias(model, "champion", "1")
    new = model + "-renamed"

    with clock() as rename:
        client.rename_registered_model(model, new)

    renamed = client.get_registered_model(new)
    assert renamed.name == new
    assert renamed.tags == {"k": "v"}
    assert renamed.last_updated_timestamp in rename
    first = client.get_model_version(new, "1")
    assert version(first) == a_version(new, 1, current_stage="Production", tags={"vk": "vv"}, aliases=["champion"])
    assert first.last_updated_timestamp == renamed.last_updated_timestamp
    assert client.get_model_version(new, "2").last_updated_timestamp == renamed.last_updated_timestamp
    assert client.get_model_version_by_alias(new, "champion").version == "1"
    assert {v.version for v in client.search_model_versions(f"name = '{new}'")} == {"1", "2"}
    assert client.search_model_versions(f"name = '{model}'") == []
    with pytest.raises(MlflowException) as gone:
        client.get_registered_model(model)
    assert gone.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    assert gone.value.message == f"RESOURCE_DOES_NOT_EXIST: Registered Model with name={model} not found"


def test_rename_to_the_same_name_is_allowed(client, model):
    client.rename_registered_model(model, model)

    assert shown(client.get_registered_model(model)) == a_model(model)


def test_rename_onto_another_model_is_refused(client, model):
    taken = model + "-taken"
    client.create_registered_model(taken, description="stays")

    with pytest.raises(MlflowException) as refused:
        client.rename_registered_model(model, taken)

    assert refused.value.error_code == "RESOURCE_ALREADY_EXISTS"
    assert refused.value.message.startswith(f"RESOURCE_ALREADY_EXISTS: Registered Model (name={taken}) already exists.")
    assert shown(client.get_registered_model(taken)) == a_model(taken, description="stays")
    assert shown(client.get_registered_model(model)) == a_model(model)


def test_a_renamed_model_leaves_its_name_free(client, model):
    client.create_model_version(model, "s3://bucket/old")
    client.rename_registered_model(model, model + "-old")

    client.create_registered_model(model)
    second = client.create_model_version(model, "s3://bucket/new")

    assert second.version == "1"
    assert client.get_model_version(model + "-old", "1").source == "s3://bucket/old"


def test_delete_takes_versions_tags_and_aliases(client, model):
    client.set_registered_model_tag(model, "k", "v")
    client.create_model_version(model, "s3://bucket/model")
    client.set_registered_model_alias(model, "champion", "1")

    client.delete_registered_model(model)

    with pytest.raises(MlflowException) as gone:
        client.get_registered_model(model)
    assert gone.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    with pytest.raises(MlflowException) as gone:
        client.get_model_version(model, "1")
    assert gone.value.message == (f"RESOURCE_DOES_NOT_EXIST: Model Version (name={model}, version=1) not found")
    assert client.search_registered_models(f"name = '{model}'") == []
    assert client.search_model_versions(f"name = '{model}'") == []


def test_a_recreated_model_is_a_new_one(client, model):
    client.set_registered_model_tag(model, "k", "v")
    client.create_model_version(model, "s3://bucket/model")
    client.create_model_version(model, "s3://bucket/model")
    client.set_registered_model_alias(model, "champion", "1")
    client.delete_registered_model(model)

    client.create_registered_model(model)

    assert shown(client.get_registered_model(model)) == a_model(model)
    assert client.create_model_version(model, "s3://bucket/model").version == "1"
    assert client.get_model_version(model, "1").aliases == []
