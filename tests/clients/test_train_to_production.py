"""From training to Production with the stock client: log, register, move, and load in another process and folder."""

import json

import mlflow
import mlflow.sklearn
import numpy
import pandas
import pytest
import requests
from mlflow.exceptions import MlflowException
from mlflow.models import infer_signature
from sklearn.linear_model import LogisticRegression

from harness import poll
from harness.serving import Serving

# Said aloud, the client need not load the model in one more process to find out.
REQUIREMENTS = ["scikit-learn", "skops"]


@pytest.fixture(scope="module")
def data():
    """Two clouds of points that a line can part."""
    random = numpy.random.default_rng(7)
    low, high = random.normal(-1, 0.4, (40, 2)), random.normal(1, 0.4, (40, 2))
    return pandas.DataFrame(numpy.vstack([low, high]), columns=["x", "y"]), numpy.repeat([0, 1], 40)


@pytest.fixture
def experiment(stock, name):
    """An experiment of its own, in force."""
    return stock.set_experiment(name)


@pytest.fixture(scope="module")
def serving(registry, tmp_path_factory):
    """A serving job, kept over the tests: importing mlflow takes seconds."""
    with Serving(tmp_path_factory.mktemp("serving"), registry.url) as running:
        yield running


@pytest.fixture
def predict(serving, data):
    """What the serving job answers for a model."""
    return lambda uri: serving.predict(uri, data[0].to_dict("list"))


def _fit(data):
    return LogisticRegression(C=0.5).fit(*data)


def _log(data, **options):
    """Logs a trained model with all that belongs to it; the run and what `log_model` says."""
    features, labels = data
    with mlflow.start_run(run_name="train") as run:
        trained = _fit(data)
        mlflow.log_params({"C": 0.5, "penalty": "l2"})
        for step, accuracy in enumerate([0.5, 0.75, trained.score(features, labels)]):
            mlflow.log_metric("accuracy", accuracy, step=step)
        mlflow.log_input(mlflow.data.from_pandas(features, name="clouds"), context="training")
        logged = mlflow.sklearn.log_model(
            trained,
            name="model",
            signature=infer_signature(features, trained.predict(features)),
            input_example=features.head(3),
            pip_requirements=REQUIREMENTS,
            **options,
        )
    return run, logged


def _answer(data):
    return {"predictions": [int(v) for v in _fit(data).predict(data[0])], "inputs": ["x", "y"]}


def test_a_model_is_trained_registered_and_served_from_production(client, experiment, name, data, predict):
    run, logged = _log(data, registered_model_name=name)

    version = client.get_model_version(name, "1")
    assert (version.run_id, version.source) == (run.info.run_id, f"models:/{logged.model_id}")
    assert client.get_model_version_download_uri(name, "1") == client.get_logged_model(logged.model_id).artifact_location
    client.transition_model_version_stage(name, "1", "Production", archive_existing_versions=True)

    assert predict(f"models:/{name}/Production") == _answer(data)


def test_the_logged_model_lists_its_versions_and_knows_its_scores(client, experiment, name, data):
    run, logged = _log(data, registered_model_name=name)

    model = client.get_logged_model(logged.model_id)
    assert (model.name, model.source_run_id, str(model.status)) == ("model", run.info.run_id, "READY")
    assert model.params == {"C": "0.5", "penalty": "l2"}
    # One entry by the server (a number), one by the client (text): both have always been there.
    listed = json.loads(model.tags["mlflow.modelVersions"])
    assert [(entry["name"], str(entry["version"])) for entry in listed] == [(name, "1")] * 2
    assert {(m.key, m.model_id) for m in model.metrics} == {("accuracy", logged.model_id)}
    assert [o.model_id for o in client.get_run(run.info.run_id).outputs.model_outputs] == [logged.model_id]


def test_a_logged_model_of_a_run_is_registered_afterwards(client, experiment, name, data, predict):
    run, logged = _log(data)

    version = mlflow.register_model(f"runs:/{run.info.run_id}/model", name)

    assert (version.run_id, version.source) == (run.info.run_id, f"models:/{logged.model_id}")
    client.set_registered_model_alias(name, "champion", version.version)
    assert predict(f"models:/{name}@champion") == _answer(data)
    assert predict(f"runs:/{run.info.run_id}/model") == _answer(data)
    assert predict(f"models:/{logged.model_id}") == _answer(data)


@pytest.mark.greenroom_only
def test_a_version_is_created_from_a_run_by_hand(client, experiment, model, data, predict):
    """The Python server takes it too, but its client then finds no model there."""
    run, _ = _log(data)
    source = f"runs:/{run.info.run_id}/model"

    version = client.create_model_version(model, source, run_id=run.info.run_id)

    assert version.source == source
    assert predict(f"models:/{model}/1") == _answer(data)


def test_a_model_in_the_run_s_own_artifacts_is_registered(client, experiment, name, data, predict, tmp_path):
    """The layout of clients before 3.0: the model lies among the run's artifacts."""
    mlflow.sklearn.save_model(
        _fit(data),
        tmp_path / "saved",
        signature=infer_signature(data[0], _fit(data).predict(data[0])),
        pip_requirements=REQUIREMENTS,
    )
    with mlflow.start_run() as run:
        mlflow.log_artifacts(tmp_path / "saved", "model")

    version = mlflow.register_model(f"runs:/{run.info.run_id}/model", name)

    assert version.source == f"{run.info.artifact_uri}/model"
    assert client.get_model_version_download_uri(name, "1") == version.source
    assert predict(f"models:/{name}/1") == _answer(data)
    with pytest.raises(MlflowException, match="must identify the resource that contains the source"):
        client.create_model_version(name, version.source, run_id=mlflow.MlflowClient().create_run("0").info.run_id)


def test_autolog_logs_a_model_that_can_be_served(client, experiment, name, data, predict):
    mlflow.sklearn.autolog(log_input_examples=True)
    try:
        with mlflow.start_run() as run:
            _fit(data)
    finally:
        mlflow.sklearn.autolog(disable=True)

    told = client.get_run(run.info.run_id)
    assert told.data.params["C"] == "0.5"
    assert told.data.metrics["training_accuracy_score"] == pytest.approx(1.0)
    mlflow.register_model(f"models:/{told.outputs.model_outputs[0].model_id}", name)
    client.transition_model_version_stage(name, "1", "Staging")
    assert predict(f"models:/{name}/Staging") == _answer(data)


def test_a_copy_serves_the_same_bytes(client, experiment, name, data, predict):
    run, logged = _log(data, registered_model_name=name)

    copied = client.copy_model_version(f"models:/{name}/1", f"{name}-copy")

    assert (copied.source, copied.run_id) == (f"models:/{name}/1", run.info.run_id)
    location = client.get_logged_model(logged.model_id).artifact_location
    assert client.get_model_version_download_uri(copied.name, copied.version) == location
    assert predict(f"models:/{copied.name}/1") == _answer(data)


@pytest.mark.greenroom_only
def test_the_logged_model_keeps_the_last_point_of_every_metric(client, experiment, data):
    """The Python server answers with every point."""
    run, logged = _log(data)
    for step, value in [(1, 0.6), (3, 0.9), (2, 0.7)]:
        client.log_metric(run.info.run_id, "auc", value, step=step, model_id=logged.model_id)

    metrics = {m.key: (m.step, m.value, m.run_id) for m in client.get_logged_model(logged.model_id).metrics}
    # The client logs what the run had measured at the model's own step, which is 0.
    assert metrics == {"accuracy": (0, 0.5, run.info.run_id), "auc": (3, 0.9, run.info.run_id)}


@pytest.mark.greenroom_only
def test_the_page_of_a_version_tells_run_data_and_digest(client, registry, experiment, name, data):
    run, logged = _log(data, registered_model_name=name)
    page = f"{registry.url}/api/v1/models/{name}/versions/1"

    told = poll.until("the digest", lambda: _recorded(page), seconds=30)

    lineage = told["lineage"]
    assert lineage["logged_model_id"] == logged.model_id
    assert lineage["run"] | {"metrics": None, "started_at": None, "ended_at": None} == {
        "run_id": run.info.run_id,
        "name": "train",
        "experiment_id": experiment.experiment_id,
        "experiment_name": name,
        "status": "FINISHED",
        "lifecycle_stage": "active",
        "started_at": None,
        "ended_at": None,
        "params": [{"key": "C", "value": "0.5"}, {"key": "penalty", "value": "l2"}],
        "metrics": None,
    }
    (metric,) = lineage["run"]["metrics"]
    assert (metric["key"], metric["value"], metric["step"]) == ("accuracy", pytest.approx(1.0), 2)
    assert [(d["name"], d["context"]) for d in lineage["datasets"]] == [("clouds", "training")]
    assert told["digest"].startswith("files-sha256-v1:")
    assert requests.post(f"{page}/check", timeout=30).json()["digest_state"] == "recorded"


def _recorded(page):
    told = requests.get(page, timeout=10).json()
    return told if told["digest_state"] == "recorded" else None
