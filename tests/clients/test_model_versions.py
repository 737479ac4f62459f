"""Model versions through the stock client: create, get, update, delete, copy, register, resolve."""

import threading

import pytest
from mlflow.exceptions import MlflowException
from mlflow.store.artifact.models_artifact_repo import ModelsArtifactRepository
from mlflow.store.artifact.utils.models import get_model_name_and_version

from harness.entities import a_version, clock, times
from harness.entities import version as shown

SOURCE = "s3://bucket/model"


def test_create_returns_the_whole_version(client, model):
    with clock() as creation:
        created = client.create_model_version(
            model,
            "s3://bucket/Prüfung/本番",
            run_id="0123456789abcdef",
            tags={"validation": "passed"},
            run_link="https://ci.example/7",
            description="The seventh",
        )

    assert shown(created) == a_version(
        model,
        1,
        source="s3://bucket/Prüfung/本番",
        run_id="0123456789abcdef",
        run_link="https://ci.example/7",
        description="The seventh",
        tags={"validation": "passed"},
    )
    assert created.creation_timestamp in creation
    assert created.last_updated_timestamp == created.creation_timestamp
    assert isinstance(created.user_id, str)
    got = client.get_model_version(model, "1")
    assert shown(got) == shown(created)
    assert times(got) == times(created)


def test_create_with_a_source_alone(client, model):
    assert shown(client.create_model_version(model, SOURCE)) == a_version(model, 1)
    assert shown(client.get_model_version(model, "1")) == a_version(model, 1)


def test_create_moves_the_time_of_the_model(client, model):
    with clock():
        created = client.create_model_version(model, SOURCE)

    assert client.get_registered_model(model).last_updated_timestamp == created.creation_timestamp


def test_numbers_count_up_and_are_never_used_again(client, model):
    assert [client.create_model_version(model, SOURCE).version for _ in range(3)] == ["1", "2", "3"]

    client.delete_model_version(model, "3")
    client.delete_model_version(model, "2")

    assert client.create_model_version(model, SOURCE).version == "4"
    assert {v.version for v in client.search_model_versions(f"name = '{model}'")} == {"1", "4"}


def test_racing_creations_all_get_their_number(client, model):
    numbers, failures = [], []

    def create():
        try:
            for _ in range(10):
                numbers.append(int(client.create_model_version(model, SOURCE).version))
        except Exception as error:  # noqa: BLE001  (any failure at all is the finding)
            failures.append(error)

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert sorted(numbers) == list(range(1, 41))


def test_update_changes_the_description_only(client, model):
    created = client.create_model_version(model, SOURCE, description="first", tags={"k": "v"})
    model_times = times(client.get_registered_model(model))

    with clock() as update:
        updated = client.update_model_version(model, "1", "second")

    assert shown(updated) == a_version(model, 1, description="second", tags={"k": "v"})
    assert updated.creation_timestamp == created.creation_timestamp
    assert updated.last_updated_timestamp in update
    assert times(client.get_model_version(model, "1")) == times(updated)
    assert times(client.get_registered_model(model)) == model_times


def test_update_with_an_empty_text_clears_the_description(client, model):
    client.create_model_version(model, SOURCE, description="first")

    assert client.update_model_version(model, "1", "").description == ""
    assert client.get_model_version(model, "1").description == ""


def test_delete_removes_it_everywhere(client, model):
    client.create_model_version(model, SOURCE)
    client.create_model_version(model, SOURCE)
    client.transition_model_version_stage(model, "2", "Staging")
    client.set_registered_model_alias(model, "champion", "2")

    with clock() as deletion:
        client.delete_model_version(model, "2")

    with pytest.raises(MlflowException) as gone:
        client.get_model_version(model, "2")
    assert gone.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    assert gone.value.message == (f"RESOURCE_DOES_NOT_EXIST: Model Version (name={model}, version=2) not found")
    left = client.get_registered_model(model)
    assert [latest.version for latest in left.latest_versions] == ["1"]
    assert left.aliases == {}
    assert left.last_updated_timestamp in deletion
    assert [v.version for v in client.search_model_versions(f"name = '{model}'")] == ["1"]
    assert client.get_latest_versions(model, ["Staging"]) == []
    with pytest.raises(MlflowException) as again:
        client.delete_model_version(model, "2")
    assert again.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_download_uri_is_the_source(client, model):
    client.create_model_version(model, "s3://bucket/with space/模型")

    assert client.get_model_version_download_uri(model, "1") == "s3://bucket/with space/模型"


def test_copy_points_at_the_original(client, name):
    client.create_registered_model(name)
    client.create_model_version(
        name,
        SOURCE,
        run_id="r1",
        run_link="https://l",
        description="d",
        tags={"k": "v"},
    )
    target = name + "-target"

    copied = client.copy_model_version(f"models:/{name}/1", target)

    expected = a_version(
        target,
        1,
        source=f"models:/{name}/1",
        run_id="r1",
        run_link="https://l",
        description="d",
        tags={"k": "v"},
    )
    assert shown(copied) == expected
    assert shown(client.get_model_version(target, "1")) == expected
    assert client.get_model_version_download_uri(target, "1") == SOURCE


def test_copy_into_a_model_that_exists_adds_a_version(client, model):
    client.create_model_version(model, SOURCE)
    client.set_registered_model_alias(model, "champion", "1")
    target = model + "-target"
    client.copy_model_version(f"models:/{model}/1", target)

    again = client.copy_model_version(f"models:/{model}@champion", target)

    assert shown(again) == a_version(target, 2, source=f"models:/{model}/1")
    assert client.get_model_version_download_uri(target, "2") == SOURCE


def test_a_copy_of_a_copy_still_finds_the_files(client, model):
    client.create_model_version(model, SOURCE)
    client.copy_model_version(f"models:/{model}/1", model + "-2")

    third = client.copy_model_version(f"models:/{model}-2/1", model + "-3")

    assert third.source == f"models:/{model}-2/1"
    assert client.get_model_version_download_uri(model + "-3", "1") == SOURCE
    client.delete_model_version(model, "1")
    assert client.get_model_version_download_uri(model + "-3", "1") == SOURCE


def test_copy_of_a_missing_version_is_refused(client, model):
    with pytest.raises(MlflowException) as refused:
        client.copy_model_version(f"models:/{model}/9", model + "-target")

    # The client wraps the 404 that it got in words of its own.
    assert refused.value.message.endswith(f"Model Version (name={model}, version=9) not found")
    assert client.search_registered_models(f"name = '{model}-target'") == []


def test_register_model_creates_and_then_adds(stock, client, name):
    first = stock.register_model(SOURCE, name, tags={"k": "v"})
    second = stock.register_model("s3://bucket/second", name)

    assert shown(first) == a_version(name, 1, tags={"k": "v"})
    assert shown(second) == a_version(name, 2, source="s3://bucket/second")
    assert client.get_registered_model(name).latest_versions[0].version == "2"


def test_register_model_from_a_registered_version(stock, client, model):
    client.create_model_version(model, SOURCE, run_id="r1")

    promoted = stock.register_model(f"models:/{model}/1", model + "-prod")

    assert shown(promoted) == a_version(model + "-prod", 1, source=f"models:/{model}/1", run_id="r1")


@pytest.fixture
def unicorn(client, model):
    """A model with a version in every kind of place that a `models:/` URI can name."""
    for number in range(1, 5):
        client.create_model_version(model, f"s3://bucket/{number}")
    client.transition_model_version_stage(model, "1", "Production")
    client.transition_model_version_stage(model, "2", "Production")
    client.transition_model_version_stage(model, "3", "Staging")
    client.set_registered_model_alias(model, "champion", "1")
    return model


@pytest.mark.parametrize(
    ("suffix", "number"),
    [
        ("/1", "1"),
        ("/Production", "2"),
        ("/production", "2"),
        ("/Staging", "3"),
        ("/None", "4"),
        ("/latest", "4"),
        ("/LATEST", "4"),
        ("@champion", "1"),
        ("@latest", "4"),
    ],
)
def test_models_uri_resolves(stock, client, unicorn, suffix, number):
    uri = f"models:/{unicorn}{suffix}"

    assert get_model_name_and_version(client, uri) == (unicorn, number)
    assert ModelsArtifactRepository.get_underlying_uri(uri) == f"s3://bucket/{number}"


def test_models_uri_of_an_empty_stage_says_so(stock, client, unicorn):
    with pytest.raises(MlflowException, match=f"No versions of model with name '{unicorn}' and stage 'Archived' found"):
        get_model_name_and_version(client, f"models:/{unicorn}/Archived")


def test_models_uri_of_an_unknown_alias_says_so(stock, client, unicorn):
    with pytest.raises(MlflowException) as unknown:
        get_model_name_and_version(client, f"models:/{unicorn}@nobody")

    assert unknown.value.error_code == "INVALID_PARAMETER_VALUE"
    assert unknown.value.message == "INVALID_PARAMETER_VALUE: Registered model alias nobody not found."


def test_a_version_of_a_missing_model_is_refused(client, name):
    with pytest.raises(MlflowException) as refused:
        client.create_model_version(name, SOURCE)

    assert refused.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    assert refused.value.message == f"RESOURCE_DOES_NOT_EXIST: Registered Model with name={name} not found"
