"""Both searches through the stock client: filters, order, pages."""

import pytest
from mlflow.exceptions import MlflowException

from harness import poll
from harness.entities import a_model, a_version
from harness.entities import model as shown_model
from harness.entities import version as shown_version


@pytest.fixture
def models(client, name):
    """Five models that share a prefix, made in another order than their names'."""
    for letter in "cadeb":
        poll.next_millisecond()
        client.create_registered_model(
            f"{name}-{letter}", tags={"letter": letter, "kind": "vowel" if letter in "ae" else "consonant"}
        )
    return name


@pytest.fixture
def versions(client, name):
    """Two models with three versions each, made in turn."""
    for letter in "ab":
        client.create_registered_model(f"{name}-{letter}")
    for number in (1, 2, 3):
        for letter in "ab":
            poll.next_millisecond()
            client.create_model_version(
                f"{name}-{letter}", f"s3://{letter}/{number}", run_id=f"run-{number}", tags={"n": str(number)}
            )
    return name


def _letters(page):
    return "".join(model.name[-1] for model in page)


def _labels(page):
    return " ".join(f"{v.name[-1]}{v.version}" for v in page)


def _all_pages(search, **arguments):
    found, token, pages = [], None, 0
    while True:
        page = search(page_token=token, **arguments)
        found += page
        pages += 1
        token = page.token
        if not token:
            return found, pages


@pytest.mark.parametrize(
    ("filter_", "letters"),
    [
        ("name LIKE '{name}-%'", "abcde"),
        ("name ILIKE '{name}-_'", "abcde"),
        ("name = '{name}-c'", "c"),
        ("name LIKE '{name}-%' AND name != '{name}-c'", "abde"),
        ("name IN ('{name}-a', '{name}-e', 'nobody')", "ae"),
        ("name LIKE '{name}-%' AND name NOT IN ('{name}-a')", "bcde"),
        ("name LIKE '{name}-%' AND tags.kind = 'vowel'", "ae"),
        ("name LIKE '{name}-%' and tag.kind != 'vowel'", "bcd"),
        ("name LIKE '{name}-%' AND tag.`kind` ILIKE 'VOW%' AND tag.letter = 'e'", "e"),
        ("name LIKE '{name}-%' AND tag.nobody != 'x'", ""),
        ("name = '{name}'", ""),
    ],
)
def test_models_by_filter(client, models, filter_, letters):
    assert _letters(client.search_registered_models(filter_.format(name=models))) == letters


@pytest.mark.parametrize(
    ("order", "letters"),
    [
        (None, "abcde"),
        (["name"], "abcde"),
        (["name ASC"], "abcde"),
        (["name DESC"], "edcba"),
        (["timestamp ASC"], "cadeb"),
        (["last_updated_timestamp DESC"], "bedac"),
        (["last_updated_timestamp DESC", "name ASC"], "bedac"),
    ],
)
def test_models_in_order(client, models, order, letters):
    found = client.search_registered_models(f"name LIKE '{models}-%'", order_by=order)

    assert _letters(found) == letters


def test_models_in_a_search_are_whole(client, model):
    client.set_registered_model_tag(model, "k", "v")
    client.update_registered_model(model, "described")
    client.create_model_version(model, "s3://bucket/model", tags={"vk": "vv"})
    client.set_registered_model_alias(model, "champion", "1")

    found = client.search_registered_models(f"name = '{model}'")

    assert [shown_model(entity) for entity in found] == [
        a_model(
            model,
            description="described",
            tags={"k": "v"},
            aliases={"champion": "1"},
            latest_versions=[a_version(model, 1, tags={"vk": "vv"})],
        )
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize(("order", "letters"), [(["name DESC"], "edcba"), (["timestamp"], "cadeb")])
def test_models_page_by_page(client, models, size, order, letters):
    found, pages = _all_pages(
        client.search_registered_models, filter_string=f"name LIKE '{models}-%'", max_results=size, order_by=order
    )

    assert _letters(found) == letters
    assert pages == -(-5 // size)


def test_models_without_a_filter_are_all_there(stock, client, models):
    everything = {model.name for model in stock.search_registered_models()}

    assert {f"{models}-{letter}" for letter in "abcde"} <= everything


@pytest.mark.parametrize(
    ("filter_", "labels"),
    [
        ("name LIKE '{name}-%'", "b3 a3 b2 a2 b1 a1"),
        ("name = '{name}-a'", "a3 a2 a1"),
        ("name IN ('{name}-b')", "b3 b2 b1"),
        ("name LIKE '{name}-%' AND run_id = 'run-2'", "b2 a2"),
        ("name LIKE '{name}-%' AND run_id IN ('run-1', 'run-3')", "b3 a3 b1 a1"),
        ("name LIKE '{name}-%' AND run_id NOT IN ('run-1')", "b3 a3 b2 a2"),
        ("name LIKE '{name}-%' AND source_path = 's3://a/1'", "a1"),
        ("name LIKE '{name}-%' AND source_path LIKE 's3://b/%'", "b3 b2 b1"),
        ("name LIKE '{name}-%' AND version_number > 1 AND version_number <= 2", "b2 a2"),
        ("name LIKE '{name}-%' AND version_number != 2", "b3 a3 b1 a1"),
        ("name LIKE '{name}-%' AND tags.n = '3'", "b3 a3"),
        ("name LIKE '{name}-%' AND tag.n != '3'", "b2 a2 b1 a1"),
        ("name = '{name}-a' and run_id = 'run-3'", "a3"),
        ("name = 'nobody'", ""),
    ],
)
def test_versions_by_filter(client, versions, filter_, labels):
    assert _labels(client.search_model_versions(filter_.format(name=versions))) == labels


@pytest.mark.parametrize(
    ("order", "labels"),
    [
        (None, "b3 a3 b2 a2 b1 a1"),
        (["name ASC"], "a3 a2 a1 b3 b2 b1"),
        (["name DESC"], "b3 b2 b1 a3 a2 a1"),
        (["version_number ASC"], "a1 b1 a2 b2 a3 b3"),
        (["version_number DESC", "name DESC"], "b3 a3 b2 a2 b1 a1"),
        (["creation_timestamp ASC"], "a1 b1 a2 b2 a3 b3"),
        (["last_updated_timestamp ASC"], "a1 b1 a2 b2 a3 b3"),
    ],
)
def test_versions_in_order(client, versions, order, labels):
    found = client.search_model_versions(f"name LIKE '{versions}-%'", order_by=order)

    assert _labels(found) == labels


def test_versions_in_a_search_are_whole(client, model):
    client.create_model_version(model, "s3://bucket/model", run_id="r", run_link="l", description="d", tags={"k": "v"})
    client.transition_model_version_stage(model, "1", "Staging")

    found = client.search_model_versions(f"name = '{model}'")

    assert [shown_version(entity) for entity in found] == [
        a_version(model, 1, current_stage="Staging", run_id="r", run_link="l", description="d", tags={"k": "v"})
    ]


@pytest.mark.parametrize("size", [1, 2, 5, 6, 7])
@pytest.mark.parametrize(
    ("order", "labels"),
    [(None, "b3 a3 b2 a2 b1 a1"), (["name ASC"], "a3 a2 a1 b3 b2 b1"), (["version_number ASC"], "a1 b1 a2 b2 a3 b3")],
)
def test_versions_page_by_page(client, versions, size, order, labels):
    found, pages = _all_pages(
        client.search_model_versions, filter_string=f"name LIKE '{versions}-%'", max_results=size, order_by=order
    )

    assert _labels(found) == labels
    assert pages == -(-6 // size)


def test_fluent_search_collects_every_page(stock, versions):
    found = stock.search_model_versions(filter_string=f"name LIKE '{versions}-%'", max_results=4)

    assert _labels(found) == "b3 a3 b2 a2"
    assert _labels(stock.search_model_versions(filter_string=f"name LIKE '{versions}-%'")) == "b3 a3 b2 a2 b1 a1"


@pytest.mark.parametrize(
    ("filter_", "words"),
    [
        ("nonsense = 'x'", "Invalid attribute key 'nonsense' specified. Valid keys are '{'name'}'"),
        ("name > 'x'", "Invalid comparator for attribute: >"),
        ("tag.k > 'x'", "Invalid comparator for tag: >"),
        ("tag.k = 1", "Expected a quoted string value for tag (e.g. 'my-value'). Got value 1"),
    ],
)
def test_bad_filters_say_what_is_wrong(client, filter_, words):
    with pytest.raises(MlflowException) as refused:
        client.search_registered_models(filter_)

    assert refused.value.error_code == "INVALID_PARAMETER_VALUE"
    assert refused.value.message == f"INVALID_PARAMETER_VALUE: {words}"


@pytest.mark.parametrize("filter_", ["name = 'a' OR name = 'b'", "(name = 'a')", "name =", "   "])
def test_unreadable_filters_are_refused(client, filter_):
    with pytest.raises(MlflowException) as refused:
        client.search_model_versions(filter_)

    assert refused.value.error_code == "INVALID_PARAMETER_VALUE"


def test_bad_page_requests_are_refused(client):
    for search in (
        lambda: client.search_registered_models(max_results=1001),
        lambda: client.search_model_versions(max_results=200_001),
        lambda: client.search_model_versions(max_results=0),
        lambda: client.search_registered_models(page_token="abc"),
        lambda: client.search_model_versions(page_token="abc"),
        lambda: client.search_registered_models(order_by=["nonsense"]),
        lambda: client.search_model_versions(order_by=["run_id"]),
    ):
        with pytest.raises(MlflowException) as refused:
            search()
        assert refused.value.error_code == "INVALID_PARAMETER_VALUE"
