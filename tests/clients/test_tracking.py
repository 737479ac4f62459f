"""Experiments and runs through the stock client: the fluent calls of a training script, and the client's own."""

import math
import re
import time
from concurrent.futures import ThreadPoolExecutor

import mlflow
import numpy
import pytest
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag
from mlflow.exceptions import MlflowException


@pytest.fixture
def experiment(client, name) -> str:
    """The id of an experiment without runs."""
    return client.create_experiment(name)


@pytest.fixture
def run(client, experiment) -> str:
    """The id of a running run."""
    return client.create_run(experiment).info.run_id


def refusal(call, *arguments, **named) -> tuple[str, str]:
    """The error code and the message of a call that must not succeed."""
    with pytest.raises(MlflowException) as refused:
        call(*arguments, **named)
    return refused.value.error_code, refused.value.message.removeprefix(f"{refused.value.error_code}: ")


def latest(client, run_id: str) -> dict[str, tuple[float, int, int]]:
    """The latest point of each metric."""
    metrics = client.get_run(run_id).data._metric_objs
    return {metric.key: (metric.value, metric.timestamp, metric.step) for metric in metrics}


def test_a_training_script_from_start_to_end(stock, client, name):
    stock.set_experiment(name)
    before = int(time.time() * 1000)
    with stock.start_run(run_name="first", tags={"team": "red"}, description="a run") as active:
        stock.log_param("depth", 3)
        stock.log_params({"rate": 0.1, "layers": [1, 2]})
        stock.log_metric("loss", 0.9, step=0)
        stock.log_metric("loss", 0.5, step=1)
        stock.log_metrics({"acc": 0.7, "auc": 0.8}, step=1)
        stock.set_tag("phase", "training")
        stock.set_tags({"a": 1, "b": "two"})
        stock.log_input(mlflow.data.from_numpy(numpy.zeros((2, 2)), name="zeros"), context="training")
        assert client.get_run(active.info.run_id).info.status == "RUNNING"
    run = client.get_run(active.info.run_id)

    experiment = client.get_experiment_by_name(name)
    assert run.info.experiment_id == experiment.experiment_id
    assert (run.info.run_name, run.info.status, run.info.lifecycle_stage) == ("first", "FINISHED", "active")
    assert before <= run.info.start_time <= run.info.end_time
    assert re.fullmatch("[0-9a-f]{32}", run.info.run_id)
    root = experiment.artifact_location
    assert root == f"mlflow-artifacts:/{experiment.experiment_id}"
    assert run.info.artifact_uri == f"{root}/{run.info.run_id}/artifacts"
    assert run.data.params == {"depth": "3", "rate": "0.1", "layers": "[1, 2]"}
    assert run.data.metrics == {"loss": 0.5, "acc": 0.7, "auc": 0.8}
    own = {key: value for key, value in run.data.tags.items() if not key.startswith("mlflow.")}
    assert own == {"team": "red", "phase": "training", "a": "1", "b": "two"}
    assert run.data.tags["mlflow.runName"] == "first"
    assert run.data.tags["mlflow.note.content"] == "a run"
    (taken,) = run.inputs.dataset_inputs
    assert (taken.dataset.name, taken.dataset.source_type) == ("zeros", "code")
    assert {tag.key: tag.value for tag in taken.tags} == {"mlflow.data.context": "training"}


def test_a_script_that_fails_says_so_and_can_go_on(stock, client, name):
    stock.set_experiment(name)
    with pytest.raises(ZeroDivisionError), stock.start_run() as active:
        stock.log_metric("m", 1)
        print(1 / 0)
    assert client.get_run(active.info.run_id).info.status == "FAILED"

    with stock.start_run(run_id=active.info.run_id):
        assert client.get_run(active.info.run_id).info.status == "RUNNING"
        stock.log_metric("m", 2, step=1)
    assert client.get_run(active.info.run_id).info.status == "FINISHED"
    assert client.get_run(active.info.run_id).data.metrics == {"m": 2.0}


def test_runs_nest(stock, client, name):
    stock.set_experiment(name)
    with stock.start_run() as parent, stock.start_run(nested=True) as child:
        stock.log_param("p", 1)
    assert client.get_run(child.info.run_id).data.tags["mlflow.parentRunId"] == parent.info.run_id
    assert client.get_parent_run(child.info.run_id).info.run_id == parent.info.run_id
    assert client.get_run(parent.info.run_id).data.params == {}


def test_the_default_experiment_is_there(client):
    default = client.get_experiment("0")

    assert (default.name, default.artifact_location) == ("Default", "mlflow-artifacts:/0")
    assert default.lifecycle_stage == "active"
    assert client.get_experiment_by_name("Default").experiment_id == "0"
    assert client.create_run("0").info.experiment_id == "0"


def test_an_experiment_is_made_found_renamed_and_tagged(client, name):
    before = int(time.time() * 1000)
    made = client.create_experiment(name, artifact_location="s3://bucket/path", tags={"team": "red"})
    experiment = client.get_experiment(made)
    assert (experiment.name, experiment.artifact_location) == (name, "s3://bucket/path")
    assert experiment.tags == {"team": "red"}
    assert before <= experiment.creation_time == experiment.last_update_time

    client.set_experiment_tag(made, "team", "blue")
    client.set_experiment_tag(made, "Prüfung/key with: all", "本番 🦄")
    assert client.get_experiment(made).tags == {"team": "blue", "Prüfung/key with: all": "本番 🦄"}
    client.delete_experiment_tag(made, "team")
    assert client.get_experiment(made).tags == {"Prüfung/key with: all": "本番 🦄"}
    assert client.get_experiment(made).last_update_time == experiment.last_update_time
    assert refusal(client.delete_experiment_tag, made, "team") == (
        "RESOURCE_DOES_NOT_EXIST",
        f"No tag with name: team in experiment with id {made}",
    )

    client.rename_experiment(made, f"{name} 🦄/2")
    assert client.get_experiment_by_name(f"{name} 🦄/2").experiment_id == made
    assert client.get_experiment_by_name(name) is None
    run = client.create_run(made)
    assert run.info.artifact_uri == f"s3://bucket/path/{run.info.run_id}/artifacts"


def test_an_experiment_is_deleted_and_restored_with_its_runs(client, name, experiment, run):
    other = client.create_run(experiment).info.run_id
    client.delete_run(other)
    client.delete_experiment(experiment)
    assert client.get_experiment(experiment).lifecycle_stage == "deleted"
    assert client.get_experiment_by_name(name).lifecycle_stage == "deleted"
    assert client.get_run(run).info.lifecycle_stage == "deleted"
    assert refusal(client.create_run, experiment) == (
        "INVALID_PARAMETER_VALUE",
        f"The experiment {experiment} must be in the 'active' state. Current state is deleted.",
    )
    assert refusal(client.delete_experiment, experiment) == (
        "RESOURCE_DOES_NOT_EXIST",
        f"No Experiment with id={experiment} exists",
    )
    assert refusal(client.create_experiment, name)[0] == "RESOURCE_ALREADY_EXISTS"

    client.restore_experiment(experiment)
    assert client.get_experiment(experiment).lifecycle_stage == "active"
    assert {client.get_run(each).info.lifecycle_stage for each in (run, other)} == {"active"}


def test_set_experiment_refuses_a_deleted_one(stock, client, name, experiment):
    client.delete_experiment(experiment)

    with pytest.raises(MlflowException, match="Cannot set a deleted experiment"):
        stock.set_experiment(name)


def test_experiments_that_cannot_be(client, name, experiment):
    code, message = refusal(client.create_experiment, name)
    assert code == "RESOURCE_ALREADY_EXISTS"
    assert message.startswith(f"Experiment(name={name}) already exists.")
    assert refusal(client.get_experiment, "999999") == (
        "RESOURCE_DOES_NOT_EXIST",
        "No Experiment with id=999999 exists",
    )
    assert refusal(client.get_experiment, "x") == (
        "INVALID_PARAMETER_VALUE",
        "Invalid experiment ID 'x'. Experiment ID must be a valid integer.",
    )
    assert refusal(client.create_experiment, "n" * 501)[1].startswith(
        "'name' exceeds the maximum length of 500 characters"
    )
    assert client.get_experiment_by_name("nobody") is None


@pytest.mark.greenroom_only
@pytest.mark.parametrize(
    "location",
    [
        "/etc",
        "file:///",
        "http:///?/../../etc",
        "http://h/#/../..",
        "s3://b/x?y=1#f",
        "mlflow-artifacts:/../x",
        "mlflow-artifacts:/%252e%252e/x",
        "hdfs://namenode/x",
        "C:/x",
    ],
)
def test_artifacts_of_an_experiment_go_nowhere_else(client, name, location):
    assert refusal(client.create_experiment, name, artifact_location=location)[0] == "INVALID_PARAMETER_VALUE"
    assert client.get_experiment_by_name(name) is None


def test_a_run_without_a_name_gets_one(client, experiment):
    run = client.create_run(experiment)

    assert re.fullmatch("[a-z]+-[a-z]+-[0-9]{1,3}", run.info.run_name)
    assert client.get_run(run.info.run_id).data.tags == {"mlflow.runName": run.info.run_name}


def test_a_run_is_renamed_by_call_and_by_tag(client, run):
    client.update_run(run, name="one")
    assert client.get_run(run).data.tags["mlflow.runName"] == "one"
    client.set_tag(run, "mlflow.runName", "two")
    assert client.get_run(run).info.run_name == "two"
    client.log_batch(run, tags=[RunTag("mlflow.runName", "three")])
    assert client.get_run(run).info.run_name == "three"
    client.delete_tag(run, "mlflow.runName")
    assert (client.get_run(run).info.run_name, client.get_run(run).data.tags) == ("three", {})


@pytest.mark.parametrize("status", ["FINISHED", "FAILED", "KILLED", "SCHEDULED", "RUNNING"])
def test_a_run_ends_as_it_is_told(client, run, status):
    client.set_terminated(run, status, end_time=1_700_000_000_123)
    info = client.get_run(run).info

    assert (info.status, info.end_time) == (status, 1_700_000_000_123)


def test_a_run_is_deleted_and_restored(client, run):
    client.log_param(run, "p", "1")
    client.delete_run(run)
    assert client.get_run(run).info.lifecycle_stage == "deleted"
    expected = (
        "INVALID_PARAMETER_VALUE",
        f"The run {run} must be in the 'active' state. Current state is deleted.",
    )
    assert refusal(client.log_metric, run, "m", 1) == expected
    assert refusal(client.set_tag, run, "t", "1") == expected
    assert refusal(client.log_batch, run, metrics=[Metric("m", 1, 1, 1)]) == expected
    assert refusal(client.update_run, run, name="n") == expected

    client.restore_run(run)
    client.log_metric(run, "m", 1)
    restored = client.get_run(run)
    assert (restored.info.lifecycle_stage, restored.data.params) == ("active", {"p": "1"})
    assert refusal(client.delete_run, "0" * 32) == ("RESOURCE_DOES_NOT_EXIST", f"Run with id={'0' * 32} not found")


def test_the_latest_point_is_by_step_then_time_then_value(client, run):
    for value, timestamp, step, expected in [
        (1.0, 10, 1, (1.0, 10, 1)),
        (9.0, 99, 0, (1.0, 10, 1)),
        (0.5, 10, 1, (1.0, 10, 1)),
        (2.0, 10, 1, (2.0, 10, 1)),
        (-1.0, 11, 1, (-1.0, 11, 1)),
        (0.0, 1, 2, (0.0, 1, 2)),
    ]:
        client.log_metric(run, "m", value, timestamp=timestamp, step=step)
        assert latest(client, run) == {"m": expected}


def test_numbers_that_are_hard_to_write(client, run):
    client.log_metric(run, "nan", math.nan)
    client.log_metric(run, "inf", math.inf)
    client.log_batch(run, metrics=[Metric("low", -math.inf, 1, 0), Metric("tiny", 5e-324, 1, 0), Metric("neg", 1, 1, -5)])
    metrics = client.get_run(run).data.metrics

    assert math.isnan(metrics.pop("nan"))
    assert metrics == {"inf": 1.7976931348623157e308, "low": -1.7976931348623157e308, "tiny": 5e-324, "neg": 1.0}


def test_a_batch_is_logged_as_a_whole(client, run):
    metrics = [Metric(f"m{n % 7}", n, n, n) for n in range(800)]
    params = [Param(f"p{n}", str(n)) for n in range(100)]
    tags = [RunTag(f"t{n}", str(n)) for n in range(100)]
    client.log_batch(run, metrics=metrics, params=params, tags=tags)
    data = client.get_run(run).data
    assert data.metrics == {f"m{n % 7}": n for n in range(793, 800)}
    assert data.params == {param.key: param.value for param in params}
    assert {key: value for key, value in data.tags.items() if key != "mlflow.runName"} == {
        tag.key: tag.value for tag in tags
    }

    code, message = refusal(client.log_batch, run, params=[Param("new", "1"), Param("p3", "4")])
    assert code == "INVALID_PARAMETER_VALUE"
    assert message == (
        "Changing param values is not allowed. Params were already logged="
        f"'[{{'key': 'p3', 'old_value': '3', 'new_value': '4'}}]' for run ID='{run}'."
    )
    assert "new" not in client.get_run(run).data.params


def test_more_than_a_batch_is_split_by_the_client(stock, client, name):
    stock.set_experiment(name)
    with stock.start_run() as active:
        stock.log_params({f"p{n}": n for n in range(250)})
    assert len(client.get_run(active.info.run_id).data.params) == 250


def test_a_param_is_written_once(client, run):
    client.log_param(run, "p", "1")
    client.log_param(run, "p", "1")
    assert client.get_run(run).data.params == {"p": "1"}

    code, message = refusal(client.log_param, run, "p", "2")
    assert code == "INVALID_PARAMETER_VALUE"
    assert message.startswith(
        f"Changing param values is not allowed. Param with key='p' was already logged with value='1' for run ID='{run}'. "
        "Attempted logging new value '2'."
    )


def test_values_that_are_too_long_are_cut(client, run):
    client.log_param(run, "p", "é" * 6001)
    client.set_tag(run, "t", "v" * 8001)
    data = client.get_run(run).data

    assert data.params == {"p": "é" * 6000}
    assert data.tags["t"] == "v" * 8000


def test_a_tag_is_set_replaced_and_deleted(client, run):
    client.set_tag(run, "k", 1)
    client.set_tag(run, "k", "two")
    client.set_tag(run, "Prüfung/key with: all", "本番 🦄")
    tags = client.get_run(run).data.tags
    assert (tags["k"], tags["Prüfung/key with: all"]) == ("two", "本番 🦄")

    client.delete_tag(run, "k")
    assert "k" not in client.get_run(run).data.tags
    assert refusal(client.delete_tag, run, "k") == (
        "RESOURCE_DOES_NOT_EXIST",
        f"No tag with name: k in run with id {run}",
    )


@pytest.mark.parametrize("key", ["a!b", "../a", "/a", "a//b"])
def test_bad_keys_are_refused(client, run, key):
    for write in (
        lambda: client.set_tag(run, key, "v"),
        lambda: client.log_param(run, key, "v"),
        lambda: client.log_metric(run, key, 1),
    ):
        assert refusal(write)[0] == "INVALID_PARAMETER_VALUE"
    run_after = client.get_run(run)
    assert (run_after.data.params, run_after.data.metrics, len(run_after.data.tags)) == ({}, {}, 1)


def test_datasets_are_taken_in_once(client, run):
    def taking(name: str, **tags: str) -> DatasetInput:
        dataset = Dataset(name=name, digest="d1", source_type="s3", source='{"uri": "s3://b"}', schema="{}", profile="{}")
        return DatasetInput(dataset, [InputTag(key, value) for key, value in tags.items()])

    client.log_inputs(run, [taking("second", context="train"), taking("first")])
    client.log_inputs(run, [taking("first", context="eval"), taking("third")])
    inputs = client.get_run(run).inputs.dataset_inputs

    assert [taken.dataset.name for taken in inputs] == ["second", "first", "third"]
    assert [[(tag.key, tag.value) for tag in taken.tags] for taken in inputs] == [[("context", "train")], [], []]
    assert inputs[0].dataset == taking("second").dataset


def test_many_jobs_log_to_one_run_at_once(client, run):
    def job(number: int) -> None:
        for step in range(10):
            client.log_metric(run, "shared", number, step=step, timestamp=step)
            client.log_metric(run, f"own-{number}", step, step=step)
        client.log_param(run, f"p-{number}", number)
        client.set_tag(run, f"t-{number}", number)

    with ThreadPoolExecutor(8) as jobs:
        list(jobs.map(job, range(8)))
    data = client.get_run(run).data

    assert data.metrics == {"shared": 7.0} | {f"own-{number}": 9.0 for number in range(8)}
    assert data.params == {f"p-{number}": str(number) for number in range(8)}
    assert len(data.tags) == 9
