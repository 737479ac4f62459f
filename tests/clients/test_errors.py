"""What a person sees when something is refused: the client's exception, its code and its words."""

import pytest
import requests
from mlflow.exceptions import MlflowException, RestException

MISSING_NAME = "Missing value for required parameter 'name'."


def _refusal(call) -> tuple[str, str]:
    with pytest.raises(MlflowException) as refused:
        call()
    return refused.value.error_code, refused.value.message


def test_a_model_that_exists(client, model):
    code, message = _refusal(lambda: client.create_registered_model(model, description="new"))

    assert code == "RESOURCE_ALREADY_EXISTS"
    assert message == f"RESOURCE_ALREADY_EXISTS: Registered Model (name={model}) already exists."


def test_the_exception_is_one_of_rest(client, model):
    with pytest.raises(RestException) as refused:
        client.create_registered_model(model)

    assert refused.value.json["error_code"] == "RESOURCE_ALREADY_EXISTS"
    assert refused.value.json["message"] == f"Registered Model (name={model}) already exists."
    assert refused.value.get_http_status_code() == 400


@pytest.mark.parametrize(
    "call",
    [
        lambda client, name: client.get_registered_model(name),
        lambda client, name: client.update_registered_model(name, "d"),
        lambda client, name: client.rename_registered_model(name, name + "-new"),
        lambda client, name: client.delete_registered_model(name),
        lambda client, name: client.get_latest_versions(name),
        lambda client, name: client.create_model_version(name, "s3://b/x"),
        lambda client, name: client.set_registered_model_tag(name, "k", "v"),
        lambda client, name: client.delete_registered_model_tag(name, "k"),
        lambda client, name: client.get_model_version_by_alias(name, "champion"),
        lambda client, name: client.delete_registered_model_alias(name, "champion"),
    ],
    ids=[
        "get",
        "update",
        "rename",
        "delete",
        "latest",
        "create version",
        "tag",
        "delete tag",
        "by alias",
        "delete alias",
    ],
)
def test_a_missing_model(client, name, call):
    code, message = _refusal(lambda: call(client, name))

    assert code == "RESOURCE_DOES_NOT_EXIST"
    assert message == f"RESOURCE_DOES_NOT_EXIST: Registered Model with name={name} not found"


@pytest.mark.parametrize(
    "call",
    [
        lambda client, model: client.get_model_version(model, "9"),
        lambda client, model: client.update_model_version(model, "9", "d"),
        lambda client, model: client.delete_model_version(model, "9"),
        lambda client, model: client.get_model_version_download_uri(model, "9"),
        lambda client, model: client.transition_model_version_stage(model, "9", "Staging"),
        lambda client, model: client.set_model_version_tag(model, "9", "k", "v"),
        lambda client, model: client.delete_model_version_tag(model, "9", "k"),
        lambda client, model: client.set_registered_model_alias(model, "champion", "9"),
    ],
    ids=["get", "update", "delete", "download uri", "transition", "tag", "delete tag", "alias"],
)
def test_a_missing_version(client, model, call):
    code, message = _refusal(lambda: call(client, model))

    assert code == "RESOURCE_DOES_NOT_EXIST"
    assert message == f"RESOURCE_DOES_NOT_EXIST: Model Version (name={model}, version=9) not found"


@pytest.mark.parametrize("bad", ["x", "1.0", "latest", "0x1"])
def test_a_version_that_is_no_number(client, model, bad):
    code, message = _refusal(lambda: client.get_model_version(model, bad))

    assert code == "INVALID_PARAMETER_VALUE"
    assert message == f"INVALID_PARAMETER_VALUE: Parameter 'version' must be an integer, got '{bad}'."


@pytest.mark.parametrize("bad", ["a/b", "a:b", "/"])
def test_a_name_with_a_separator(client, bad):
    code, message = _refusal(lambda: client.create_registered_model(bad))

    assert code == "INVALID_PARAMETER_VALUE"
    assert message == f"INVALID_PARAMETER_VALUE: Invalid model name '{bad}'. Names cannot contain '/' or ':'."


@pytest.mark.parametrize("bad", ["..", ".", "..."])
def test_a_name_like_a_directory(client, bad):
    code, message = _refusal(lambda: client.create_registered_model(bad))

    assert code == "INVALID_PARAMETER_VALUE"
    assert message.startswith(f"INVALID_PARAMETER_VALUE: Invalid value \"{bad}\" for parameter 'name' supplied")


@pytest.mark.parametrize(
    ("source", "start"),
    [
        (
            "/etc/passwd",
            "Invalid model version source: '/etc/passwd'. To use a local path as a model version source, the run_id request parameter has to be specified",
        ),
        (
            "file:///etc/passwd",
            "Invalid model version source: 'file:///etc/passwd'. To use a local path as a model version source",
        ),
        (
            "relative/path",
            "Invalid model version source: 'relative/path'. To use a local path as a model version source",
        ),
        ("s3://bucket/../other", "Invalid model version source: 's3://bucket/../other'."),
        ("s3://bucket/%2e%2e/other", "Invalid model version source: 's3://bucket/%2e%2e/other'."),
        (
            "http://169.254.169.254/x",
            "'source' cannot use the 'http' scheme: the 'http' scheme addresses a host other than",
        ),
        ("sftp://host/x", "'source' cannot use the 'sftp' scheme"),
        (
            "runs:/0123/model",
            "Invalid model version source: 'runs:/0123/model'. The run_id request parameter must identify the resource that contains the source.",
        ),
        (
            "mlflow-artifacts:/1/2",
            "Invalid model version source: 'mlflow-artifacts:/1/2'. The run_id request parameter must identify the resource that contains the source.",
        ),
    ],
)
def test_a_source_that_the_server_must_not_take(client, model, source, start):
    code, message = _refusal(lambda: client.create_model_version(model, source))

    assert code == "INVALID_PARAMETER_VALUE"
    assert message.startswith(f"INVALID_PARAMETER_VALUE: {start}")
    assert client.search_model_versions(f"name = '{model}'") == []


@pytest.mark.greenroom_only
@pytest.mark.parametrize("tag", ["mlflow.prompt.is_prompt"])
@pytest.mark.parametrize("source", ["/etc/passwd", "file:///etc/passwd", "s3://b/../x", "http://h/x"])
def test_no_tag_talks_a_source_past_its_check(client, registry, model, tag, source):
    answer = requests.post(
        f"{registry.url}/api/2.0/mlflow/model-versions/create",
        json={"name": model, "source": source, "tags": [{"key": tag, "value": "true"}]},
        timeout=30,
    )

    assert answer.status_code == 400
    assert answer.json()["error_code"] == "INVALID_PARAMETER_VALUE"


@pytest.mark.greenroom_only
def test_an_unknown_endpoint_is_a_clean_json_404(registry):
    answer = requests.get(f"{registry.url}/api/2.0/mlflow/nonsense/get", timeout=30)

    assert answer.status_code == 404
    assert answer.json()["error_code"] == "ENDPOINT_NOT_FOUND"


@pytest.mark.greenroom_only
@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "n" * 257), ("description", "d" * 5001)],
)
def test_limits_hold_on_every_engine(registry, name, field, value):
    answer = requests.post(
        f"{registry.url}/api/2.0/mlflow/registered-models/create", json={"name": name} | {field: value}, timeout=30
    )

    assert answer.status_code == 400
    assert answer.json()["error_code"] == "INVALID_PARAMETER_VALUE"
    assert field in answer.json()["message"]


@pytest.mark.greenroom_only
def test_no_sql_in_any_message(client, model):
    client.create_registered_model(model + "-taken")
    _, message = _refusal(lambda: client.rename_registered_model(model, model + "-taken"))

    assert message == f"RESOURCE_ALREADY_EXISTS: Registered Model (name={model}-taken) already exists."


def test_headers_of_an_answer(registry):
    answer = requests.get(f"{registry.url}/api/2.0/mlflow/registered-models/search", timeout=30)

    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_health_and_version(registry):
    health = requests.get(f"{registry.url}/health", timeout=30)
    version = requests.get(f"{registry.url}/version", timeout=30)

    assert (health.status_code, health.text) == (200, "OK")
    assert version.status_code == 200
    assert version.text.split(".")[0].isdigit()


def test_server_info_tells_the_client_nothing_that_is_not_so(registry):
    answer = requests.get(f"{registry.url}/api/3.0/mlflow/server-info", timeout=30)

    assert answer.status_code == 200
    info = answer.json()
    assert info["workspaces_enabled"] is False
    assert info["multipart_uploads_enabled"] is False
    assert info["multipart_downloads_enabled"] is False
