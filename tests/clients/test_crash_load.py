"""Kill -9 under tracking and artifact load: what was acknowledged is there, and nothing is half there."""

import itertools

import pytest
import requests
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag

from harness import database, files, poll, server
from harness.racing import Race

pytestmark = pytest.mark.greenroom_only

MODEL = "crash-load"
LANES = 4
ROUNDS = 2
WRITES_BEFORE_THE_KILL = 80
BATCH = 50
# Less than the server writes at once, and several times that.
SIZES = [700, 100_000, 3_500_000]


def _content(label: str, size: int) -> bytes:
    """A file that tells whether it is whole: how long it is, and its own name over and over."""
    head = f"{size} {label}\n".encode()
    return (head * (size // len(head) + 1))[:size]


def _is_whole(content: bytes) -> bool:
    size, _, label = content.partition(b"\n")[0].decode().partition(" ")
    return content == _content(label, int(size))


def _write_until_it_dies(url: str, experiment: str, round_number: int):
    """A lane of runs that log and register; each thing is noted only after the server has said yes to it."""

    def put(path: str, content: bytes):
        address = f"{url}/api/2.0/mlflow-artifacts/artifacts/{path}"
        requests.put(address, data=content, timeout=30).raise_for_status()

    def lane(number, note):
        client = MlflowClient(tracking_uri=url, registry_uri=url)
        for turn in itertools.count():
            label = f"{round_number}-{number}-{turn}"
            run = client.create_run(experiment, run_name=label).info
            note(("run", run.run_id, label))
            client.log_batch(
                run.run_id,
                metrics=[Metric(f"m{n}", n + turn, 0, n) for n in range(BATCH)],
                params=[Param(f"p{n}", label) for n in range(BATCH)],
                tags=[RunTag("label", label)],
            )
            note(("batch", run.run_id, label))
            size = SIZES[turn % len(SIZES)]
            put(f"{experiment}/{run.run_id}/artifacts/model/weights", _content(label, size))
            note(("artifact", f"{experiment}/{run.run_id}/artifacts/model/weights", _content(label, size)))
            # One file that is replaced again and again: either content is whole.
            put(f"{experiment}/lane-{number}", _content(label, 400_000 + turn))
            source = f"{run.artifact_uri}/model"
            version = client.create_model_version(MODEL, source, run_id=run.run_id).version
            note(("version", version, run.run_id))

    return lane


def _check(client: MlflowClient, running, experiment: str, facts):
    runs = {run.info.run_id: run for run in client.search_runs([experiment], max_results=50_000)}
    versions = {v.version: v for v in client.search_model_versions(f"name = '{MODEL}'", max_results=100_000)}
    contents = files.contents(running)
    lost = []
    for kind, key, value in facts:
        there = {
            "run": lambda: runs[key].info.run_name == value,
            "batch": lambda: runs[key].data.tags["label"] == value and len(runs[key].data.params) == BATCH,
            "artifact": lambda: contents[key] == value,
            "version": lambda: versions[key].run_id == value,
        }[kind]
        try:
            found = there()
        except KeyError:
            found = False
        if not found:
            lost.append((kind, key))
    assert lost == [], f"{len(lost)} of {len(facts)} acknowledged writes are gone"

    halves = {(len(run.data.params), len(run.data.metrics), "label" in run.data.tags) for run in runs.values()}
    assert halves <= {(BATCH, BATCH, True), (0, 0, False)}, "no batch is half there"
    assert [path for path, content in contents.items() if not _is_whole(content)] == []
    assert files.unfinished(running) == [], "what was under way was removed at the start"


def test_what_runs_logged_survives_kill_9(engine, tmp_path):
    store = database.new(engine, tmp_path)
    with server.Greenroom(tmp_path, store) as running:
        client = MlflowClient(tracking_uri=running.url, registry_uri=running.url)
        client.create_registered_model(MODEL)
        experiment = client.create_experiment("crash-load")
    facts = []

    for round_number in range(ROUNDS):
        running = server.Greenroom(tmp_path, store).start()
        race = Race(LANES, _write_until_it_dies(running.url, experiment, round_number))
        try:
            poll.until(
                f"{WRITES_BEFORE_THE_KILL} acknowledged writes, and an upload under way",
                lambda: (race.count() >= WRITES_BEFORE_THE_KILL and files.unfinished(running)) or not race.running(),
                every=0.001,
            )
        finally:
            running.kill()
        facts += race.join()
        assert len(race.failures) == LANES, f"every lane was at work when the server died: {race.failures}"
        assert race.count() >= WRITES_BEFORE_THE_KILL, f"the lanes ended early: {race.failures}\n{running.tail()}"

        with server.Greenroom(tmp_path, store) as again:
            client = MlflowClient(tracking_uri=again.url, registry_uri=again.url)
            _check(client, again, experiment, facts)
            verified = again.run("verify")
            assert verified.returncode == 0, verified.stdout + verified.stderr
