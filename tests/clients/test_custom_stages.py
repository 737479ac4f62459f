"""A registry with stages of its own, driven by the unmodified client.

Definitions are registry-wide, so every test here has a server and a database to itself.
"""

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.store.artifact.models_artifact_repo import ModelsArtifactRepository
from mlflow.store.artifact.utils.models import get_model_name_and_version

from harness import database, server
from harness.entities import a_version
from harness.entities import version as shown

pytestmark = pytest.mark.greenroom_only

MODEL = "Unicorn"
STAGES = [
    "Draft", "Shadow", "Canary EU", "Canary US", "Prüfung", "本番", "Hold-back 5%", "Déjà vu", "Staging", "Retired"
]  # fmt: skip
TEN_STAGES = "\n".join(
    f'[[stages]]\nname = "{stage}"' + ("\narchive = true" if stage == "Retired" else "") for stage in STAGES
)
RULES = """
[[stages]]
name = "Draft"

[[stages]]
name = "Prüfung"
description = "looked at by people"
color = "#2f9e44"

[[stages]]
name = "本番"
from = ["Prüfung"]
exclusive = true

[[stages]]
name = "Two at most"
capacity = 2
full = "refuse"

[[stages]]
name = "Kept"
protected = true

[[stages]]
name = "Retired"
archive = true
"""


@pytest.fixture
def own(engine, tmp_path):
    """A server to itself."""
    with server.Greenroom(tmp_path, database.new(engine, tmp_path)) as running:
        yield running


@pytest.fixture
def client(own) -> MlflowClient:
    """The stock client of that server, where a model exists already."""
    client = MlflowClient(tracking_uri=own.url, registry_uri=own.url)
    client.create_registered_model(MODEL)
    return client


@pytest.fixture
def apply(own):
    """Apply a document, which must succeed."""

    def run(toml: str) -> None:
        outcome = own.apply_stages(toml)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr

    return run


def _stages(client):
    return {int(v.version): v.current_stage for v in client.search_model_versions(f"name = '{MODEL}'")}


def _refusal(call):
    with pytest.raises(MlflowException) as refused:
        call()
    return refused.value


def test_new_versions_start_in_the_first_stage(apply, client):
    apply(TEN_STAGES)

    created = client.create_model_version(MODEL, "s3://bucket/model")

    assert shown(created) == a_version(MODEL, 1, current_stage="Draft")


def test_the_client_moves_versions_through_every_stage(apply, client):
    apply(TEN_STAGES)
    client.create_model_version(MODEL, "s3://bucket/model")

    for stage in [*STAGES, *reversed(STAGES)]:
        moved = client.transition_model_version_stage(MODEL, "1", stage)
        assert shown(moved) == a_version(MODEL, 1, current_stage=stage)
        assert client.get_model_version(MODEL, "1").current_stage == stage


def test_every_stage_answers_the_client(own, apply, stock, client):
    apply(TEN_STAGES)
    stock.set_tracking_uri(own.url)
    stock.set_registry_uri(own.url)
    for number, stage in enumerate(STAGES, start=1):
        client.create_model_version(MODEL, f"s3://bucket/{number}")
        client.transition_model_version_stage(MODEL, str(number), stage)

    assert {v.current_stage: v.version for v in client.get_latest_versions(MODEL)} == {
        stage: str(number) for number, stage in enumerate(STAGES, start=1)
    }
    for number, stage in enumerate(STAGES, start=1):
        expected = a_version(MODEL, number, source=f"s3://bucket/{number}", current_stage=stage)
        assert [shown(v) for v in client.get_latest_versions(MODEL, [stage])] == [expected]
        uri = f"models:/{MODEL}/{stage}"
        assert get_model_name_and_version(client, uri) == (MODEL, str(number))
        assert ModelsArtifactRepository.get_underlying_uri(uri) == f"s3://bucket/{number}"
        client.set_model_version_tag(MODEL, key="in", value=stage, stage=stage)
        assert client.get_model_version(MODEL, str(number)).tags == {"in": stage}


@pytest.mark.parametrize(
    ("typed", "stage"),
    [("shadow", "Shadow"), ("CANARY EU", "Canary EU"), ("PRÜFUNG", "Prüfung"), ("déjà VU", "Déjà vu")],
)
def test_case_does_not_matter_spaces_do(apply, typed, stage, client):
    apply(TEN_STAGES)
    client.create_model_version(MODEL, "s3://bucket/model")

    assert client.transition_model_version_stage(MODEL, "1", typed).current_stage == stage
    assert [v.version for v in client.get_latest_versions(MODEL, [typed])] == ["1"]
    refused = _refusal(lambda: client.transition_model_version_stage(MODEL, "1", f" {stage}"))
    assert refused.error_code == "INVALID_PARAMETER_VALUE"


def test_an_unknown_stage_is_refused_with_the_list_of_ours(apply, client):
    apply(TEN_STAGES)
    client.create_model_version(MODEL, "s3://bucket/model")

    refused = _refusal(lambda: client.transition_model_version_stage(MODEL, "1", "Production"))

    assert refused.error_code == "INVALID_PARAMETER_VALUE"
    assert refused.message == (
        f"INVALID_PARAMETER_VALUE: Invalid Model Version stage: Production. Value must be one of {', '.join(STAGES)}."
    )


def test_the_archive_flag_uses_the_archive_of_the_definitions(apply, client):
    apply(TEN_STAGES)
    for _ in range(3):
        client.create_model_version(MODEL, "s3://bucket/model")
    for number in ("1", "2"):
        client.transition_model_version_stage(MODEL, number, "本番")

    client.transition_model_version_stage(MODEL, "3", "本番", archive_existing_versions=True)

    assert _stages(client) == {1: "Retired", 2: "Retired", 3: "本番"}


@pytest.mark.parametrize("bad", ["7", "42", "latest", "LATEST", "a/b", "", "  "])
def test_names_that_no_client_could_address_are_refused(own, apply, bad, client):
    apply(TEN_STAGES)

    outcome = own.apply_stages(TEN_STAGES + f'\n[[stages]]\nname = "{bad}"\n')

    said = outcome.stdout + outcome.stderr
    assert outcome.returncode != 0, said
    assert f"'{bad}'" in said or f'"{bad}"' in said, said
    client.create_model_version(MODEL, "s3://bucket/model")
    assert client.transition_model_version_stage(MODEL, "1", "Shadow").current_stage == "Shadow"


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ("[[stages]]\nname = 'A'\n[[stages]]\nname = 'a'", "'a'"),
        ("[[stages]]\nname = 'A'\ncolour = 'red'", "colour"),
        ("[[stages]]\nname = 'A'\n[[stages]]\nname = 'B'\nfrom = ['Nowhere']", "Nowhere"),
        (
            "[[stages]]\nname = 'A'\n[[stages]]\nname = 'B'\narchive = true\n[[stages]]\nname = 'C'\narchive = true",
            "archive",
        ),
        ("[[stages]]\nname = 'A'\n[[stages]]\nname = 'B'\nexclusive = true", "'B'"),
        ("[[stages]]\nname = 'A'\n[[stages]]\nname = 'B'\nfull = 'explode'", "explode"),
        ("[[stages]]\nname = 5", "5"),
        ("this is not TOML", "cannot be read"),
        ("", "stage"),
    ],
    ids=[
        "twice",
        "unknown key",
        "from nowhere",
        "two archives",
        "exclusive without archive",
        "unknown full",
        "number",
        "no toml",
        "empty",
    ],
)
def test_documents_that_make_no_sense_are_refused(own, document, named):
    outcome = own.apply_stages(document)

    said = outcome.stdout + outcome.stderr
    assert outcome.returncode != 0, said
    assert named.lower() in said.lower(), said


def test_a_missing_file_is_named(own):
    outcome = own.run("stages", "apply", "-f", "no-such-file.toml")

    assert outcome.returncode != 0
    assert "no-such-file.toml" in outcome.stderr


def test_a_stage_is_entered_only_from_where_it_says(apply, client):
    apply(RULES)
    client.create_model_version(MODEL, "s3://bucket/model")

    refused = _refusal(lambda: client.transition_model_version_stage(MODEL, "1", "本番"))
    assert refused.error_code == "RESOURCE_CONFLICT"
    assert "本番" in refused.message and "Prüfung" in refused.message
    assert client.get_model_version(MODEL, "1").current_stage == "Draft"

    client.transition_model_version_stage(MODEL, "1", "Prüfung")
    assert client.transition_model_version_stage(MODEL, "1", "本番").current_stage == "本番"


def test_an_exclusive_stage_archives_who_was_there_without_being_asked(apply, client):
    apply(RULES)
    for number in ("1", "2"):
        client.create_model_version(MODEL, "s3://bucket/model")
        client.transition_model_version_stage(MODEL, number, "Prüfung")
    client.transition_model_version_stage(MODEL, "1", "本番")

    client.transition_model_version_stage(MODEL, "2", "本番")

    assert _stages(client) == {1: "Retired", 2: "本番"}


def test_a_full_stage_can_refuse(apply, client):
    apply(RULES)
    for _ in range(3):
        client.create_model_version(MODEL, "s3://bucket/model")
    for number in ("1", "2"):
        client.transition_model_version_stage(MODEL, number, "Two at most")

    refused = _refusal(lambda: client.transition_model_version_stage(MODEL, "3", "Two at most"))

    assert refused.error_code == "RESOURCE_CONFLICT"
    assert "Two at most" in refused.message
    assert _stages(client) == {1: "Two at most", 2: "Two at most", 3: "Draft"}


def test_a_protected_stage_keeps_its_versions(apply, client):
    apply(RULES)
    client.create_model_version(MODEL, "s3://bucket/model")
    client.transition_model_version_stage(MODEL, "1", "Kept")

    for call in (
        lambda: client.delete_model_version(MODEL, "1"),
        lambda: client.delete_registered_model(MODEL),
        lambda: client.rename_registered_model(MODEL, "Pegasus"),
    ):
        refused = _refusal(call)
        assert refused.error_code in ("RESOURCE_CONFLICT", "PERMISSION_DENIED")
        assert "Kept" in refused.message
    assert client.get_model_version(MODEL, "1").current_stage == "Kept"

    client.transition_model_version_stage(MODEL, "1", "Retired")
    client.delete_model_version(MODEL, "1")
    client.delete_registered_model(MODEL)
    assert client.search_registered_models(f"name = '{MODEL}'") == []


def test_definitions_survive_a_restart(engine, tmp_path):
    store = database.new(engine, tmp_path)
    with server.Greenroom(tmp_path, store) as first:
        assert first.apply_stages(TEN_STAGES).returncode == 0
    with server.Greenroom(tmp_path, store) as second:
        client = MlflowClient(tracking_uri=second.url, registry_uri=second.url)
        client.create_registered_model(MODEL)
        client.create_model_version(MODEL, "s3://bucket/model")

        assert client.transition_model_version_stage(MODEL, "1", "Canary EU").current_stage == "Canary EU"


def test_applying_the_same_document_twice_is_fine(apply):
    apply(RULES)
    apply(RULES)
