"""Object stores: a model goes from training to Production through the server, and runs reach the store themselves."""

import mlflow
import mlflow.sklearn
import pytest
import requests
from mlflow import MlflowClient
from mlflow.models import infer_signature
from sklearn.linear_model import LogisticRegression

from harness import database, server
from harness.serving import Serving

pytestmark = pytest.mark.greenroom_only

POINTS = {"x": [-1.0, -0.5, 0.5, 1.0]}
LABELS = [0, 0, 1, 1]


@pytest.fixture(scope="module", params=["s3", "azure", "google"])
def cloud(request):
    """An object store."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def kept_there(cloud, tmp_path_factory):
    """A server that keeps its artifacts there."""
    directory = tmp_path_factory.mktemp("kept-there")
    with server.under_test(directory, database.new("sqlite", directory), **cloud.environment()) as running:
        yield running


def test_a_model_is_trained_registered_and_served_from_production(kept_there, name, tmp_path, monkeypatch):
    import pandas

    monkeypatch.chdir(tmp_path)
    before = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    mlflow.set_tracking_uri(kept_there.url)
    mlflow.set_registry_uri(kept_there.url)
    try:
        frame = pandas.DataFrame(POINTS)
        mlflow.set_experiment(name)
        with mlflow.start_run():
            mlflow.sklearn.log_model(
                LogisticRegression().fit(frame, LABELS),
                name="model",
                signature=infer_signature(frame, LABELS),
                input_example=frame,
                pip_requirements=["scikit-learn", "skops"],
                registered_model_name=name,
            )
    finally:
        mlflow.set_tracking_uri(before[0])
        mlflow.set_registry_uri(before[1])
    client = MlflowClient(tracking_uri=kept_there.url, registry_uri=kept_there.url)
    client.transition_model_version_stage(name, "1", "Production")

    folder = tmp_path / "serving"
    folder.mkdir()
    with Serving(folder, kept_there.url) as serving:
        assert serving.predict(f"models:/{name}/Production", POINTS) == {"predictions": LABELS, "inputs": ["x"]}


def test_a_run_in_the_store_itself_gets_signed_urls(cloud, name, tmp_path):
    """With `--default-artifact-root` runs are in the store: the server signs, the client goes there."""
    root = cloud.environment()["MLFLOW_ARTIFACTS_DESTINATION"]
    environment = cloud.environment() | {"MLFLOW_DEFAULT_ARTIFACT_ROOT": root}
    with server.under_test(tmp_path, database.new("sqlite", tmp_path), **environment) as running:
        client = MlflowClient(tracking_uri=running.url, registry_uri=running.url)
        run = client.create_run(client.create_experiment(name)).info
        assert run.artifact_uri.startswith(f"{root}/")
        api = f"{running.url}/api/2.0/mlflow/artifacts"
        asked = {"run_id": run.run_id, "path": "model/weights.bin"}

        upload = requests.post(f"{api}/presigned-upload-url", json=asked, timeout=10).json()
        assert upload["presigned_url"].startswith(cloud.url)
        sent = requests.put(upload["presigned_url"], data=b"weights", headers=upload["headers"], timeout=10)
        assert sent.ok, sent.text
        listed = requests.get(f"{api}/list", params={"run_id": run.run_id, "path": "model"}, timeout=10).json()
        assert listed["files"] == [{"path": "model/weights.bin", "is_dir": False, "file_size": 7}]
        download = requests.post(f"{api}/presigned-download-url", json=asked, timeout=10).json()
        assert download["file_size"] == 7
        assert requests.get(download["presigned_url"], headers=download["headers"], timeout=10).content == b"weights"
