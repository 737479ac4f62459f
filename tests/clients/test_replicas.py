"""Two servers over one PostgreSQL database, raced through both: one registry, not two."""

import pytest
import requests
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from harness import database, server
from harness.racing import Race

pytestmark = pytest.mark.greenroom_only

MODEL = "replicated"
LANES = 8
STAGES = """
[[stages]]
name = "None"

[[stages]]
name = "Live"
exclusive = true

[[stages]]
name = "Slot"
exclusive = true
full = "refuse"

[[stages]]
name = "Archived"
archive = true
"""


@pytest.fixture
def pair(tmp_path):
    """Two servers, one database, the stages above."""
    store = database.new("postgres", tmp_path)
    with server.Greenroom(tmp_path / "one", store) as one, server.Greenroom(tmp_path / "two", store) as two:
        applied = one.apply_stages(STAGES)
        assert applied.returncode == 0, applied.stdout + applied.stderr
        yield one, two


def _clients(pair):
    return [MlflowClient(tracking_uri=running.url, registry_uri=running.url) for running in pair]


def _in_stage(client, stage):
    versions = client.search_model_versions(f"name = '{MODEL}'", max_results=10_000)
    return [v.version for v in versions if v.current_stage == stage]


def test_both_start_at_once_on_an_empty_database(tmp_path):
    store = database.new("postgres", tmp_path)
    started = []

    def start(lane, note):
        started.append(server.Greenroom(tmp_path / str(lane), store).start())
        note(lane)

    race = Race(3, start)
    try:
        assert sorted(race.join()) == [0, 1, 2], race.failures
    finally:
        for running in started:
            running.stop()


def test_what_one_writes_the_other_reads_at_once(pair):
    one, two = _clients(pair)
    one.create_registered_model(MODEL)
    for number in range(1, 21):
        writer, reader = (one, two) if number % 2 else (two, one)
        assert writer.create_model_version(MODEL, "s3://bucket/model").version == str(number)
        assert reader.get_model_version(MODEL, str(number)).version == str(number)
        writer.transition_model_version_stage(MODEL, str(number), "Live")
        assert [v.version for v in reader.get_latest_versions(MODEL, ["Live"])] == [str(number)]
        writer.set_registered_model_alias(MODEL, "champion", str(number))
        assert reader.get_model_version_by_alias(MODEL, "champion").version == str(number)


def test_definitions_applied_to_one_rule_in_the_other(pair):
    one, two = _clients(pair)
    one.create_registered_model(MODEL)
    one.create_model_version(MODEL, "s3://bucket/model")
    assert two.transition_model_version_stage(MODEL, "1", "live").current_stage == "Live"

    applied = pair[1].apply_stages(STAGES + '\n[[stages]]\nname = "Prüfung"\n')
    assert applied.returncode == 0, applied.stdout + applied.stderr

    assert one.transition_model_version_stage(MODEL, "1", "Prüfung").current_stage == "Prüfung"


def test_racing_creations_give_dense_and_unique_numbers(pair):
    clients = _clients(pair)
    clients[0].create_registered_model(MODEL)

    def create(lane, note):
        for _ in range(25):
            note(int(clients[lane % 2].create_model_version(MODEL, "s3://bucket/model").version))

    race = Race(LANES, create)
    numbers = race.join()

    assert race.failures == []
    assert sorted(numbers) == list(range(1, LANES * 25 + 1))
    assert len(clients[1].search_model_versions(f"name = '{MODEL}'", max_results=10_000)) == LANES * 25


def test_an_exclusive_stage_never_holds_two(pair):
    clients = _clients(pair)
    clients[0].create_registered_model(MODEL)
    crowded = []

    def take_the_stage(lane, note):
        client, other = clients[lane % 2], clients[(lane + 1) % 2]
        for _ in range(10):
            version = client.create_model_version(MODEL, "s3://bucket/model").version
            assert client.transition_model_version_stage(MODEL, version, "Live").current_stage == "Live"
            note(version)
            holders = _in_stage(other, "Live")
            if len(holders) != 1:
                crowded.append(holders)

    race = Race(LANES, take_the_stage)
    taken = race.join()

    assert race.failures == []
    assert crowded == []
    assert len(_in_stage(clients[0], "Live")) == 1
    assert len(_in_stage(clients[0], "Archived")) == len(taken) - 1


def test_a_full_stage_lets_one_of_the_racers_in(pair):
    clients = _clients(pair)
    clients[0].create_registered_model(MODEL)
    for _ in range(LANES):
        clients[0].create_model_version(MODEL, "s3://bucket/model")

    def try_it(lane, note):
        try:
            clients[lane % 2].transition_model_version_stage(MODEL, str(lane + 1), "Slot")
            note("in")
        except MlflowException as refused:
            note(refused.error_code)

    race = Race(LANES, try_it)

    assert sorted(race.join()) == sorted(["in"] + ["RESOURCE_CONFLICT"] * (LANES - 1))
    assert race.failures == []
    assert len(_in_stage(clients[1], "Slot")) == 1


def _page(url, after):
    query = {"limit": "100"} | ({"after": after} if after is not None else {})
    answer = requests.get(f"{url}/api/v1/events", params=query, timeout=30)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return body["events"], body.get("next_cursor") or after


def _read_all(url, after=None):
    """Every event after the cursor, and the cursor to go on from."""
    everything = []
    while True:
        events, after = _page(url, after)
        everything += events
        if len(events) < 100:
            return everything, after


def test_a_reader_with_a_cursor_misses_nothing(pair):
    clients = _clients(pair)
    for lane in range(LANES):
        clients[0].create_registered_model(f"{MODEL}-{lane}")

    def write(lane, note):
        client = clients[lane % 2]
        name = f"{MODEL}-{lane}"
        for _ in range(15):
            version = client.create_model_version(name, "s3://bucket/model").version
            note((name, version, "created"))
            client.transition_model_version_stage(name, version, "Live")
            note((name, version, "moved"))
            client.set_model_version_tag(name, version, "k", "v")
            note((name, version, "tagged"))

    race = Race(LANES, write)
    followed, cursors = [[], []], [None, None]
    while race.running():
        for reader, running in enumerate(pair):
            events, cursors[reader] = _page(running.url, cursors[reader])
            followed[reader] += events
    noted = race.join()
    assert race.failures == []
    for reader, running in enumerate(pair):
        rest, _ = _read_all(running.url, cursors[reader])
        followed[reader] += rest

    full = [_read_all(running.url)[0] for running in pair]
    order = [event["cursor"] for event in full[0]]
    assert len(order) == len(set(order)), "no event is shown twice"
    assert full[0] == full[1], "both replicas tell the same history"
    for events in followed:
        assert [event["cursor"] for event in events] == order
    # One event for each write, at the least; an archived predecessor has one of its own.
    moved = [
        event for event in full[0] if event.get("model", "").startswith(MODEL) and event.get("version") is not None
    ]
    assert len(moved) >= len(noted)
    for name in {name for name, _, _ in noted}:
        created = [
            event["version"] for event in moved if event["model"] == name and event["kind"] == "model_version.created"
        ]
        assert created == list(range(1, 16)), f"the versions of {name}, in order"


def test_the_feed_tells_one_model_in_its_order(pair):
    clients = _clients(pair)
    clients[0].create_registered_model(MODEL)

    def write(lane, note):
        for _ in range(10):
            note(int(clients[lane % 2].create_model_version(MODEL, "s3://bucket/model").version))

    race = Race(LANES, write)
    noted = race.join()
    assert race.failures == []

    events, _ = _read_all(pair[0].url)
    created = [event["version"] for event in events if event["kind"] == "model_version.created"]
    assert created == sorted(noted)


def test_verify_holds_after_the_race(pair):
    clients = _clients(pair)
    clients[0].create_registered_model(MODEL)

    def write(lane, note):
        for _ in range(5):
            version = clients[lane % 2].create_model_version(MODEL, "s3://bucket/model").version
            clients[(lane + 1) % 2].transition_model_version_stage(MODEL, version, "Live")
            note(version)

    race = Race(LANES, write)
    race.join()
    assert race.failures == []

    for running in pair:
        verified = running.run("verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr
