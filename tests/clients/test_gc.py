"""Removing for good beneath the stock client: what it trained, logged and registered loads from Production afterwards, and
nothing else is left. In a folder beside SQLite, and on an S3 beside PostgreSQL."""

import json
import subprocess
from pathlib import Path

import mlflow
import mlflow.sklearn
import numpy
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from sklearn.linear_model import LogisticRegression

from harness import database, server, settings
from harness.s3 import S3

pytestmark = pytest.mark.greenroom_only

POINTS = numpy.array([[-1.0, -1.0], [-0.5, -1.5], [1.0, 1.0], [1.5, 0.5]])
LABELS = numpy.array([0, 0, 1, 1])


class Keeper:
    """A server to itself, and the place where it keeps its artifacts."""

    def __init__(self, running: server.Greenroom, s3: S3 | None):
        self.running, self.s3 = running, s3
        self.client = MlflowClient(running.url, running.url)

    def stored(self) -> set[str]:
        """The names of all files below the artifact root."""
        if self.s3:
            return {name.removeprefix("kept/here/") for name in self.s3.objects()}
        root = self.running.directory / "greenroom-data" / "artifacts"
        files = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
        return {name for name in files if not name.startswith(".greenroom/")}

    def gc(self, *arguments: str) -> dict:
        """What `greenroom gc` reports; it is told of the storage by the environment, as the server is."""
        environment = self.running.environment | {"MLFLOW_BACKEND_STORE_URI": self.running.store_uri}
        done = subprocess.run(
            [str(settings.BINARY), "gc", "-o", "json", *arguments],
            cwd=self.running.directory,
            env=settings.clean_environment(**environment),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def another_name_of(self, path: str) -> str:
        """A source that means this path, spelt as nobody here would."""
        return f"s3a://{self.s3.bucket}/kept/here/{path}/" if self.s3 else f"mlflow-artifacts:///{path}/"


@pytest.fixture(params=["folder and sqlite", "s3 and postgres"])
def keeper(request, tmp_path, monkeypatch):
    """A server whose artifacts and database are of one pair."""
    kind, engine = request.param.split(" and ")
    before = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    monkeypatch.chdir(tmp_path)
    s3 = S3(tmp_path) if kind == "s3" else None
    try:
        environment = s3.__enter__().environment() if s3 else {}
        with server.Greenroom(tmp_path / "server", database.new(engine, tmp_path), **environment) as running:
            mlflow.set_tracking_uri(running.url)
            mlflow.set_registry_uri(running.url)
            yield Keeper(running, s3)
    finally:
        mlflow.set_tracking_uri(before[0])
        mlflow.set_registry_uri(before[1])
        if s3 and s3.process:
            s3.kill()


def train(experiment: str, **options):
    """A run that logs a metric, a file and a trained model; the run's id and the logged model's."""
    mlflow.set_experiment(experiment)
    with mlflow.start_run() as run:
        mlflow.log_metric("accuracy", 1.0)
        Path("notes.txt").write_text("notes", encoding="utf-8")
        mlflow.log_artifact("notes.txt", "notes")
        fitted = LogisticRegression().fit(POINTS, LABELS)
        logged = mlflow.sklearn.log_model(fitted, name="model", pip_requirements=["scikit-learn", "skops"], **options)
    return run.info.run_id, logged.model_id


def test_what_is_in_production_outlives_its_deleted_run_and_experiment(keeper):
    client = keeper.client
    in_production, its_model = train("kept", registered_model_name="Unicorn")
    client.transition_model_version_stage("Unicorn", "1", "Production")
    file_held, other_model = train("kept")
    kept = client.get_experiment_by_name("kept").experiment_id
    client.create_registered_model("Notes")
    client.create_model_version(
        "Notes", keeper.another_name_of(f"{kept}/{file_held}/artifacts/notes"), run_id=file_held, await_creation_for=0
    )
    free, free_model = train("gone")
    gone = client.get_experiment_by_name("gone").experiment_id
    staying, staying_model = train("staying")
    everything = keeper.stored()
    for model_id in (its_model, other_model):
        client.delete_logged_model(model_id)
    client.delete_run(in_production)
    client.delete_experiment(kept)
    client.delete_experiment(gone)

    told = keeper.gc("--dry-run")
    assert keeper.stored() == everything, "a dry run changes nothing"
    assert client.get_run(free).info.lifecycle_stage == "deleted"
    assert client.get_experiment(gone).lifecycle_stage == "deleted"
    outcome = {(item["kind"], item["id"]): (item["outcome"], item.get("held_by")) for item in told["items"]}
    assert outcome == {
        # Its files are in the logged model's folder, but the version comes from it.
        ("run", in_production): ("kept", {"name": "Unicorn", "version": 1, "stage": "Production"}),
        ("run", file_held): ("kept", {"name": "Notes", "version": 1, "stage": "None"}),
        ("run", free): ("removed", None),
        ("logged_model", its_model): ("kept", {"name": "Unicorn", "version": 1, "stage": "Production"}),
        ("logged_model", other_model): ("removed", None),
        ("logged_model", free_model): ("removed", None),
        ("experiment", kept): ("kept", None),
        ("experiment", gone): ("removed", None),
    }
    owners = [in_production, its_model, file_held, staying, staying_model]
    needed = {name for name in everything if any(owner in name for owner in owners)}
    assert told["total"]["files"] == len(everything - needed) > 10
    assert told["total"]["bytes"] > 1000

    assert keeper.gc() == told | {"dry_run": False}

    assert keeper.stored() == needed
    loaded = mlflow.pyfunc.load_model("models:/Unicorn/Production")
    assert list(loaded.predict(POINTS)) == list(LABELS)
    assert mlflow.artifacts.load_text(f"mlflow-artifacts:/{kept}/{file_held}/artifacts/notes/notes.txt") == "notes"
    with pytest.raises(MlflowException, match="not found"):
        client.get_run(free)
    with pytest.raises(MlflowException, match="[Nn]o [Ee]xperiment"):
        client.get_experiment(gone)
    client.restore_experiment(kept)
    assert client.get_run(file_held).info.lifecycle_stage == "active"
    client.delete_experiment(kept)

    # Whoever names the run means it: the version loses where it came from, not what it is.
    named = keeper.gc("--run-ids", in_production)
    assert [(item["id"], item["outcome"], item["files"]) for item in named["items"]] == [(in_production, "removed", 1)]
    assert list(mlflow.pyfunc.load_model("models:/Unicorn/Production").predict(POINTS)) == list(LABELS)

    # Once no version needs it, it goes as well.
    client.transition_model_version_stage("Unicorn", "1", "Archived")
    client.delete_registered_model("Unicorn")
    client.delete_registered_model("Notes")
    last = keeper.gc()
    assert {(item["kind"], item["outcome"]) for item in last["items"]} == {
        ("run", "removed"), ("logged_model", "removed"), ("experiment", "removed"),
    }  # fmt: skip
    assert keeper.stored() == {name for name in needed if staying in name or staying_model in name}
    assert client.get_run(staying).info.lifecycle_stage == "active"


def test_mlflow_gcs_options_choose_what_goes(keeper):
    client = keeper.client
    (first, _), (second, model), (third, _) = (train(experiment) for experiment in ("one", "one", "two"))
    for run_id in (first, second):
        client.delete_run(run_id)
    client.delete_logged_model(model)
    two = client.get_experiment_by_name("two").experiment_id
    client.delete_experiment(two)

    def ids(report: dict) -> list[str]:
        assert report["total"]["kept"] == 0
        return [item["id"] for item in report["items"]]

    assert ids(keeper.gc("--older-than", "1d")) == []
    assert ids(keeper.gc("--run-ids", first)) == [first]
    assert ids(keeper.gc("--logged-model-ids", model)) == [model]
    assert client.get_run(second).info.lifecycle_stage == "deleted"
    removed = ids(keeper.gc("--experiment-ids", two, "--older-than", "0s"))
    assert (removed[0], removed[-1], len(removed)) == (third, two, 3)
    assert ids(keeper.gc()) == [second]
