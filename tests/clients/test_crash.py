"""Kill -9 in the middle of writing: what was acknowledged is there, and the registry starts again by itself."""

import pytest
from mlflow import MlflowClient

from harness import database, poll, server
from harness.racing import Race

pytestmark = pytest.mark.greenroom_only

MODEL = "crash"
LANES = 4
ROUNDS = 3
WRITES_BEFORE_THE_KILL = 60
STAGES = ["Staging", "Production", "Archived"]


def _client(running):
    return MlflowClient(tracking_uri=running.url, registry_uri=running.url)


def _write_until_it_dies(url, round_number):
    """A lane of writes of every kind; each is noted only after the server has said yes to it."""

    def lane(number, note):
        client = MlflowClient(tracking_uri=url, registry_uri=url)
        for turn in range(100_000):
            label = f"{round_number}-{number}-{turn}"
            version = client.create_model_version(MODEL, f"s3://bucket/{label}").version
            note(("version", version, f"s3://bucket/{label}"))
            client.set_model_version_tag(MODEL, version, "label", label)
            note(("tag", version, label))
            stage = STAGES[turn % 3]
            client.transition_model_version_stage(MODEL, version, stage)
            note(("stage", version, stage))
            client.set_registered_model_alias(MODEL, f"alias-{label}", version)
            note(("alias", version, f"alias-{label}"))
            if turn % 5 == 0:
                client.create_registered_model(f"{MODEL}-{label}", description=label)
                note(("model", f"{MODEL}-{label}", label))

    return lane


def _check(client, facts):
    versions = {v.version: v for v in client.search_model_versions(f"name = '{MODEL}'", max_results=100_000)}
    aliases = client.get_registered_model(MODEL).aliases
    lost = []
    for kind, key, value in facts:
        found = versions.get(key)
        there = {
            "version": lambda: found is not None and found.source == value,
            "tag": lambda: found is not None and found.tags.get("label") == value,
            "stage": lambda: found is not None and found.current_stage == value,
            "alias": lambda: aliases.get(value) == key,
            "model": lambda: client.get_registered_model(key).description == value,
        }[kind]
        if not there():
            lost.append((kind, key, value))
    assert lost == [], f"{len(lost)} of {len(facts)} acknowledged writes are gone"


def test_what_was_acknowledged_survives_kill_9(engine, tmp_path):
    store = database.new(engine, tmp_path)
    with server.Greenroom(tmp_path, store) as running:
        _client(running).create_registered_model(MODEL)
    facts = []

    for round_number in range(ROUNDS):
        running = server.Greenroom(tmp_path, store).start()
        race = Race(LANES, _write_until_it_dies(running.url, round_number))
        try:
            poll.until(
                f"{WRITES_BEFORE_THE_KILL} acknowledged writes",
                lambda: race.count() >= WRITES_BEFORE_THE_KILL or not race.running(),
                every=0.001,
            )
        finally:
            running.kill()
        facts += race.join()
        assert race.count() >= WRITES_BEFORE_THE_KILL, f"the lanes ended early: {race.failures}\n{running.tail()}"
        assert len(race.failures) == LANES, "every lane was at work when the server died"

        with server.Greenroom(tmp_path, store) as again:
            _check(_client(again), facts)
            verified = again.run("verify")
            assert verified.returncode == 0, verified.stdout + verified.stderr
            numbers = [int(key) for kind, key, _ in facts if kind == "version"]
            assert len(numbers) == len(set(numbers)), "no number was given twice"


def test_numbers_go_on_after_a_crash(engine, tmp_path):
    store = database.new(engine, tmp_path)
    with server.Greenroom(tmp_path, store) as running:
        client = _client(running)
        client.create_registered_model(MODEL)
        for _ in range(3):
            client.create_model_version(MODEL, "s3://bucket/model")
        client.delete_model_version(MODEL, "3")
        running.kill()

    with server.Greenroom(tmp_path, store) as again:
        assert _client(again).create_model_version(MODEL, "s3://bucket/model").version == "4"
