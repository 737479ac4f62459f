"""Stages through the stock client: transitions, archiving, latest versions."""

import pytest
from mlflow.exceptions import MlflowException

from harness.entities import a_version, clock, times
from harness.entities import version as shown

SOURCE = "s3://bucket/model"
STAGES = ["None", "Staging", "Production", "Archived"]


@pytest.fixture
def five(client, model):
    """A model with five versions, all in None."""
    for _ in range(5):
        client.create_model_version(model, SOURCE)
    return model


def _stages(client, model):
    return {v.version: v.current_stage for v in client.search_model_versions(f"name = '{model}'")}


@pytest.mark.parametrize("stage", STAGES)
def test_transition_returns_the_whole_version(client, model, stage):
    created = client.create_model_version(model, SOURCE, description="d", tags={"k": "v"})

    with clock() as transition:
        moved = client.transition_model_version_stage(model, "1", stage)

    assert shown(moved) == a_version(model, 1, current_stage=stage, description="d", tags={"k": "v"})
    assert moved.creation_timestamp == created.creation_timestamp
    assert moved.last_updated_timestamp in transition
    got = client.get_model_version(model, "1")
    assert shown(got) == shown(moved)
    assert times(got) == times(moved)
    assert client.get_registered_model(model).last_updated_timestamp == moved.last_updated_timestamp


@pytest.mark.parametrize("origin", STAGES)
@pytest.mark.parametrize("target", STAGES)
def test_any_stage_leads_to_any_other(client, model, origin, target):
    client.create_model_version(model, SOURCE)
    client.transition_model_version_stage(model, "1", origin)

    assert client.transition_model_version_stage(model, "1", target).current_stage == target


@pytest.mark.parametrize(
    ("typed", "stage"),
    [("staging", "Staging"), ("PRODUCTION", "Production"), ("aRcHiVeD", "Archived"), ("none", "None")],
)
def test_stages_are_read_in_any_case_and_answered_in_their_own(client, model, typed, stage):
    client.create_model_version(model, SOURCE)

    assert client.transition_model_version_stage(model, "1", typed).current_stage == stage
    assert client.get_model_version(model, "1").current_stage == stage
    assert [v.version for v in client.get_latest_versions(model, [typed])] == ["1"]


@pytest.mark.parametrize("typed", ["Prod", " Staging", "Staging ", "Deleted_Internal", "1", "本番"])
def test_unknown_stages_are_refused_by_name(client, model, typed):
    client.create_model_version(model, SOURCE)
    words = f"INVALID_PARAMETER_VALUE: Invalid Model Version stage: {typed}. Value must be one of None, Staging, Production, Archived."

    with pytest.raises(MlflowException) as refused:
        client.transition_model_version_stage(model, "1", typed)
    assert (refused.value.error_code, refused.value.message) == ("INVALID_PARAMETER_VALUE", words)

    with pytest.raises(MlflowException) as refused:
        client.get_latest_versions(model, [typed])
    assert (refused.value.error_code, refused.value.message) == ("INVALID_PARAMETER_VALUE", words)
    assert client.get_model_version(model, "1").current_stage == "None"


@pytest.mark.parametrize("stage", ["Staging", "Production"])
def test_archiving_moves_every_other_version_of_the_stage(client, five, stage):
    other = "Staging" if stage == "Production" else "Production"
    for number in ("1", "2"):
        client.transition_model_version_stage(five, number, stage)
    client.transition_model_version_stage(five, "3", other)

    with clock() as transition:
        moved = client.transition_model_version_stage(five, "4", stage, archive_existing_versions=True)

    assert _stages(client, five) == {"1": "Archived", "2": "Archived", "3": other, "4": stage, "5": "None"}
    archived = [client.get_model_version(five, number) for number in ("1", "2")]
    assert {v.last_updated_timestamp for v in archived} == {moved.last_updated_timestamp}
    assert moved.last_updated_timestamp in transition
    assert client.get_model_version(five, "3").last_updated_timestamp not in transition


def test_without_archiving_a_stage_holds_several(client, five):
    for number in ("1", "2", "3"):
        client.transition_model_version_stage(five, number, "Production")

    assert _stages(client, five) == {"1": "Production", "2": "Production", "3": "Production", "4": "None", "5": "None"}
    assert [v.version for v in client.get_latest_versions(five, ["Production"])] == ["3"]


def test_archiving_does_not_archive_the_version_itself(client, five):
    client.transition_model_version_stage(five, "1", "Production")

    client.transition_model_version_stage(five, "1", "Production", archive_existing_versions=True)

    assert client.get_model_version(five, "1").current_stage == "Production"


def test_a_missing_version_archives_nothing(client, five):
    client.transition_model_version_stage(five, "1", "Production")

    with pytest.raises(MlflowException) as refused:
        client.transition_model_version_stage(five, "9", "Production", archive_existing_versions=True)

    assert refused.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    assert refused.value.message == f"RESOURCE_DOES_NOT_EXIST: Model Version (name={five}, version=9) not found"
    assert client.get_model_version(five, "1").current_stage == "Production"


@pytest.mark.greenroom_only
@pytest.mark.parametrize("stage", ["None", "Archived"])
def test_archiving_on_an_inactive_stage_is_refused_at_once(client, five, stage):
    with pytest.raises(MlflowException) as refused:
        client.transition_model_version_stage(five, "1", stage, archive_existing_versions=True)

    assert refused.value.error_code == "INVALID_PARAMETER_VALUE"
    assert refused.value.message.startswith(
        "INVALID_PARAMETER_VALUE: Model version transition cannot archive existing model versions"
        f" because '{stage}' is not an Active stage."
    )
    assert client.get_model_version(five, "1").current_stage == "None"


def test_latest_versions_are_one_per_stage(client, five):
    client.transition_model_version_stage(five, "1", "Production")
    client.transition_model_version_stage(five, "2", "Production")
    client.transition_model_version_stage(five, "3", "Staging")
    client.set_registered_model_alias(five, "b", "2")
    client.set_registered_model_alias(five, "a", "2")

    latest = {v.current_stage: shown(v) for v in client.get_latest_versions(five)}

    assert latest == {
        "Production": a_version(five, 2, current_stage="Production", aliases=["a", "b"]),
        "Staging": a_version(five, 3, current_stage="Staging"),
        "None": a_version(five, 5),
    }
    assert [v.version for v in client.get_latest_versions(five, ["Production"])] == ["2"]
    assert sorted(v.version for v in client.get_latest_versions(five, ["staging", "Production"])) == ["2", "3"]
    assert client.get_latest_versions(five, ["Archived"]) == []


def test_latest_versions_of_a_model_without_versions(client, model):
    assert client.get_latest_versions(model) == []


def test_latest_versions_of_a_missing_model(client, name):
    with pytest.raises(MlflowException) as missing:
        client.get_latest_versions(name)

    assert missing.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    assert missing.value.message == f"RESOURCE_DOES_NOT_EXIST: Registered Model with name={name} not found"


def test_a_deleted_version_uncovers_the_one_before(client, five):
    client.transition_model_version_stage(five, "1", "Production")
    client.transition_model_version_stage(five, "2", "Production")

    client.delete_model_version(five, "2")

    assert [v.version for v in client.get_latest_versions(five, ["Production"])] == ["1"]


def test_the_client_knows_the_four_stages(client, five):
    assert client.get_model_version_stages(five, "1") == STAGES
