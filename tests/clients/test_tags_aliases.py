"""Tags and aliases through the stock client."""

import pytest
from mlflow.exceptions import MlflowException

from harness.entities import a_version, times
from harness.entities import version as shown

SOURCE = "s3://bucket/model"


@pytest.fixture
def one(client, model):
    """A model with one version."""
    client.create_model_version(model, SOURCE)
    return model


def test_model_tags_are_set_replaced_and_deleted(client, model):
    before = times(client.get_registered_model(model))

    client.set_registered_model_tag(model, "team", "red")
    client.set_registered_model_tag(model, "team", "blue")
    client.set_registered_model_tag(model, "Prüfung/key with: all", "本番 🦄")
    assert client.get_registered_model(model).tags == {"team": "blue", "Prüfung/key with: all": "本番 🦄"}

    client.delete_registered_model_tag(model, "team")
    client.delete_registered_model_tag(model, "never there")
    after = client.get_registered_model(model)
    assert after.tags == {"Prüfung/key with: all": "本番 🦄"}
    assert times(after) == before


def test_version_tags_are_set_replaced_and_deleted(client, one):
    before = times(client.get_model_version(one, "1"))

    client.set_model_version_tag(one, "1", "validation", "failed")
    client.set_model_version_tag(one, "1", "validation", "passed")
    client.set_model_version_tag(one, "1", "empty", "")
    assert client.get_model_version(one, "1").tags == {"validation": "passed", "empty": ""}

    client.delete_model_version_tag(one, "1", "validation")
    client.delete_model_version_tag(one, "1", "never there")
    after = client.get_model_version(one, "1")
    assert after.tags == {"empty": ""}
    assert times(after) == before


def test_values_are_sent_as_text(client, one):
    client.set_model_version_tag(one, "1", "auc", 0.93)
    client.set_registered_model_tag(one, "ready", True)

    assert client.get_model_version(one, "1").tags == {"auc": "0.93"}
    assert client.get_registered_model(one).tags == {"ready": "True"}


def test_tags_by_stage_reach_the_latest_version_there(client, one):
    client.create_model_version(one, SOURCE)
    client.create_model_version(one, SOURCE)
    client.transition_model_version_stage(one, "1", "Production")
    client.transition_model_version_stage(one, "2", "Production")

    client.set_model_version_tag(one, key="k", value="v", stage="Production")
    assert [client.get_model_version(one, n).tags for n in "123"] == [{}, {"k": "v"}, {}]

    client.delete_model_version_tag(one, key="k", stage="production")
    assert client.get_model_version(one, "2").tags == {}


def test_a_tag_by_an_empty_stage_is_refused(client, one):
    with pytest.raises(MlflowException, match="Could not find any model version for Staging stage"):
        client.set_model_version_tag(one, key="k", value="v", stage="Staging")


def test_tag_limits(client, one):
    client.set_registered_model_tag(one, "k" * 250, "v" * 100_000)
    client.set_model_version_tag(one, "1", "k" * 250, "v" * 100_000)
    assert client.get_registered_model(one).tags == {"k" * 250: "v" * 100_000}
    assert client.get_model_version(one, "1").tags == {"k" * 250: "v" * 100_000}

    with pytest.raises(MlflowException) as long_key:
        client.set_registered_model_tag(one, "k" * 251, "v")
    assert long_key.value.message == "INVALID_PARAMETER_VALUE: 'key' exceeds the maximum length of 250 characters"
    with pytest.raises(MlflowException) as long_value:
        client.set_model_version_tag(one, "1", "k", "v" * 100_001)
    assert (
        long_value.value.message == "INVALID_PARAMETER_VALUE: 'value' exceeds the maximum length of 100000 characters"
    )


@pytest.mark.parametrize("key", ["a!b", "../a", "/a", "a//b", "a=b", "a+b"])
def test_bad_tag_keys_are_refused(client, one, key):
    for write in (
        lambda: client.set_registered_model_tag(one, key, "v"),
        lambda: client.set_model_version_tag(one, "1", key, "v"),
    ):
        with pytest.raises(MlflowException) as refused:
            write()
        assert refused.value.error_code == "INVALID_PARAMETER_VALUE"
        assert refused.value.message.startswith(
            f"INVALID_PARAMETER_VALUE: Invalid value \"{key}\" for parameter 'key' supplied"
        )


def test_fluent_tag_on_a_version(stock, client, one):
    stock.set_model_version_tag(one, "1", "k", "v")

    assert client.get_model_version(one, "1").tags == {"k": "v"}


def test_aliases_are_set_moved_and_deleted(client, one):
    client.create_model_version(one, SOURCE)
    before = times(client.get_registered_model(one)), times(client.get_model_version(one, "1"))

    client.set_registered_model_alias(one, "champion", "1")
    client.set_registered_model_alias(one, "best-of_2024", "1")
    assert client.get_registered_model(one).aliases == {"best-of_2024": "1", "champion": "1"}
    assert shown(client.get_model_version_by_alias(one, "champion")) == a_version(
        one, 1, aliases=["best-of_2024", "champion"]
    )

    client.set_registered_model_alias(one, "champion", "2")
    assert client.get_registered_model(one).aliases == {"best-of_2024": "1", "champion": "2"}
    assert client.get_model_version_by_alias(one, "champion").version == "2"
    assert client.get_model_version(one, "1").aliases == ["best-of_2024"]

    client.delete_registered_model_alias(one, "champion")
    client.delete_registered_model_alias(one, "champion")
    assert client.get_registered_model(one).aliases == {"best-of_2024": "1"}
    with pytest.raises(MlflowException) as gone:
        client.get_model_version_by_alias(one, "champion")
    assert gone.value.error_code == "INVALID_PARAMETER_VALUE"
    assert gone.value.message == "INVALID_PARAMETER_VALUE: Registered model alias champion not found."
    assert (times(client.get_registered_model(one)), times(client.get_model_version(one, "1"))) == before


def test_a_number_as_version_is_as_good_as_text(client, one):
    client.set_registered_model_alias(one, "champion", 1)

    assert client.get_model_version_by_alias(one, "champion").version == "1"


def test_aliases_are_case_sensitive(client, one):
    client.create_model_version(one, SOURCE)
    client.set_registered_model_alias(one, "Champion", "1")
    client.set_registered_model_alias(one, "champion", "2")

    assert client.get_registered_model(one).aliases == {"Champion": "1", "champion": "2"}


def test_latest_is_an_alias_of_its_own(client, one):
    client.create_model_version(one, SOURCE)

    assert client.get_model_version_by_alias(one, "latest").version == "2"
    assert client.get_model_version_by_alias(one, "Latest").version == "2"


def test_latest_of_a_model_without_versions(client, model):
    with pytest.raises(MlflowException) as missing:
        client.get_model_version_by_alias(model, "latest")

    assert missing.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    assert missing.value.message == f"RESOURCE_DOES_NOT_EXIST: Latest version not found for model {model}."


@pytest.mark.parametrize(
    ("alias", "words"),
    [
        ("latest", "'latest' alias name (case insensitive) is reserved."),
        ("LATEST", "'latest' alias name (case insensitive) is reserved."),
        ("v1", "Version alias name 'v1' is reserved."),
        ("V12", "Version alias name 'V12' is reserved."),
    ],
)
def test_reserved_aliases_are_refused(client, one, alias, words):
    with pytest.raises(MlflowException) as refused:
        client.set_registered_model_alias(one, alias, "1")

    assert refused.value.error_code == "INVALID_PARAMETER_VALUE"
    assert refused.value.message == f"INVALID_PARAMETER_VALUE: {words}"


@pytest.mark.parametrize("alias", ["with space", "dot.ted", "a@b", "a" * 256])
def test_bad_aliases_do_not_pass(client, one, alias):
    # The client looks at these itself; what REST answers is in the differential corpus.
    with pytest.raises(MlflowException) as refused:
        client.set_registered_model_alias(one, alias, "1")

    assert refused.value.error_code == "INVALID_PARAMETER_VALUE"
    assert client.get_registered_model(one).aliases == {}


def test_an_alias_needs_its_version(client, one):
    with pytest.raises(MlflowException) as refused:
        client.set_registered_model_alias(one, "champion", "9")

    assert refused.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    assert refused.value.message == f"RESOURCE_DOES_NOT_EXIST: Model Version (name={one}, version=9) not found"
