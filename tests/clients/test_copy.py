"""Copies of versions with their files: within a server, to another one, and what must not happen on the way."""

import base64
import json
import signal
import subprocess
import sys
import threading
from urllib.parse import parse_qs, urlsplit

import mlflow
import mlflow.sklearn
import numpy
import pytest
import requests
from mlflow import MlflowClient
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
from sklearn.linear_model import LinearRegression

from harness import database, poll, server, settings
from harness.meddler import Answer, Meddler
from harness.s3 import S3

pytestmark = pytest.mark.greenroom_only

FILES = {
    "MLmodel": b"flavors: {}",
    "data/weights.bin": bytes(range(256)) * 8000,
    "data/deep/empty": b"",
    "a b/50% ü+模型.csv": b"1",
}

PREDICT = """
import mlflow, sys
print("answer", mlflow.pyfunc.load_model(sys.argv[1]).predict([[2.0], [3.0]]).tolist())
"""


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """Another server, which knows nothing of the first."""
    directory = tmp_path_factory.mktemp("other")
    with server.Greenroom(directory, database.new("sqlite", directory)) as running:
        yield running


@pytest.fixture
def trained(client, registry, name, tmp_path):
    """A version with files, tags, a description, an alias and a stage; its digest is recorded."""
    run = client.create_run("0")
    for path, content in FILES.items():
        (tmp_path / "model" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "model" / path).write_bytes(content)
    client.log_artifacts(run.info.run_id, str(tmp_path / "model"), "model")
    client.create_registered_model(name)
    client.create_model_version(
        name, f"runs:/{run.info.run_id}/model", run.info.run_id, tags={"team": "fraud"}, description="the good one"
    )
    client.set_registered_model_alias(name, "champion", "1")
    client.transition_model_version_stage(name, "1", "Production")
    poll.until("the digest", lambda: version(registry, name)["digest_state"] == "recorded")
    return run.info.run_id


def version(at, name, number=1) -> dict:
    """A version as our own API tells it."""
    return requests.get(f"{at.url}/api/v1/models/{name}/versions/{number}", timeout=30).json()


def files(at, name, number, folder) -> dict[str, bytes]:
    """The files of a version, by the stock client."""
    client = MlflowClient(at.url, at.url)
    uri = client.get_model_version_download_uri(name, str(number))
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(at.url)
    try:
        folder.mkdir()
        get_artifact_repository(uri).download_artifacts("", dst_path=str(folder))
    finally:
        mlflow.set_tracking_uri(before)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def nothing_is_left(at, name):
    """No model, no logged model, no file of a copy."""
    assert requests.get(f"{at.url}/api/v1/models/{name}", timeout=30).status_code == 404
    experiments = requests.post(f"{at.url}/api/2.0/mlflow/experiments/search", json={"max_results": 100}, timeout=30)
    for experiment in experiments.json().get("experiments", []):
        if experiment["name"] == name:
            search = {"experiment_ids": [experiment["experiment_id"]]}
            models = requests.post(f"{at.url}/api/2.0/mlflow/logged-models/search", json=search, timeout=30)
            assert models.json().get("models", []) == []
            folder = at.directory / "greenroom-data" / "artifacts" / experiment["experiment_id"]
            assert [path for path in folder.rglob("*") if path.is_file()] == []


def copy(at, name, to, *arguments, source=None, url=None):
    """`greenroom copy NAME's version 1`, into an experiment of the same name."""
    return at.run(
        "copy", source or f"models:/{name}/1", name, "--with-artifacts", "--to", to, "--experiment", name, *arguments,
        *(["--url", url] if url else []),
    )  # fmt: skip


def test_a_model_trained_here_is_served_there(registry, other, stock, name, tmp_path):
    """The whole way: train on one server, copy what is in Production, predict in a process that knows the other alone."""
    stock.set_experiment(name)
    trained = LinearRegression().fit(numpy.array([[0.0], [1.0]]), numpy.array([1.0, 3.0]))
    logged = mlflow.sklearn.log_model(trained, name="model", registered_model_name=name, pip_requirements=["scikit-learn", "skops"])
    MlflowClient().transition_model_version_stage(name, "1", "Production")

    done = registry.run("copy", f"models:/{name}/Production", name, "--with-artifacts", "--to", other.url)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == f"{name} 1 -> {name} 1 at {other.url}"
    environment = settings.clean_environment(**settings.CLIENT_ENVIRONMENT | {"MLFLOW_TRACKING_URI": other.url})
    served = subprocess.run(
        [sys.executable, "-c", PREDICT, f"models:/{name}/1"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    answer = json.loads(served.stdout.splitlines()[-1].removeprefix("answer "))
    assert answer == pytest.approx([5.0, 7.0])
    home = MlflowClient(other.url, other.url).get_logged_model(version(other, name)["source"].removeprefix("models:/"))
    assert (home.name, str(home.status), home.source_run_id or "") == ("model", "READY", "")
    assert home.model_id != logged.model_id


def test_a_copy_on_another_server_tells_where_it_comes_from(registry, other, trained, name, tmp_path):
    done = copy(registry, name, other.url, "-o", "json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    source = version(registry, name)
    assert (told["files"], told["bytes"]) == (len(FILES), sum(map(len, FILES.values())))
    assert (told["digest"], told["digest_was_recorded"]) == (source["digest"], True)

    made = version(other, name)
    assert (made["stage"], made["aliases"], made["run_id"], made["description"]) == ("None", [], "", "the good one")
    assert {tag["key"]: tag["value"] for tag in made["tags"]} == {
        "team": "fraud",
        "greenroom.copied_from.server": registry.url,
        "greenroom.copied_from.model": name,
        "greenroom.copied_from.version": "1",
        "greenroom.copied_from.run_id": trained,
        "greenroom.copied_from.digest": source["digest"],
    }
    assert files(other, name, 1, tmp_path / "out").items() >= FILES.items()
    assert poll.until("its digest", lambda: version(other, name).get("digest")) == source["digest"]
    events = requests.get(f"{other.url}/api/v1/models/{name}/history", timeout=30).json()["events"]
    (created,) = [event for event in events if event["kind"] == "model_version.created"]
    assert created["after"]["tags"]["greenroom.copied_from.server"] == registry.url
    assert other.run("verify").returncode == 0


def test_within_a_server_the_copy_keeps_its_run(registry, trained, name, tmp_path):
    done = registry.run("copy", f"models:/{name}@champion", f"{name}-2", "--with-artifacts", "--to", registry.url + "/")
    assert (done.returncode, done.stdout) == (0, f"{name} 1 -> {name}-2 1\n"), done.stderr
    made = version(registry, f"{name}-2")
    assert (made["run_id"], made["lineage"]["run"]["run_id"]) == (trained, trained)
    assert "greenroom.copied_from.server" not in {tag["key"] for tag in made["tags"]}
    assert files(registry, f"{name}-2", 1, tmp_path / "out").items() >= FILES.items()


def test_a_copy_without_artifacts_is_what_the_stock_client_makes(registry, client, other, trained, name):
    done = registry.run("copy", f"models:/{name}/latest", f"{name}-2")
    assert done.returncode == 0, done.stderr
    stock = client.copy_model_version(f"models:/{name}/1", f"{name}-3")
    ours = client.get_model_version(f"{name}-2", "1")
    for field in ("source", "run_id", "description", "tags", "current_stage", "run_link"):
        assert getattr(ours, field) == getattr(stock, field), field

    refused = registry.run("copy", f"models:/{name}/1", name, "--to", other.url)
    assert refused.returncode == 1 and "Add --with-artifacts to copy the files too." in refused.stderr
    assert requests.get(f"{other.url}/api/v1/models/{name}", timeout=30).status_code == 404


def test_what_names_no_version_is_said_before_anything_is_made(registry, client, other, trained, name):
    client.create_model_version(name, "s3://elsewhere/model")
    for source, part in (
        (name, "Write models:/NAME/VERSION"),
        ("models:/m-0", "Write models:/NAME/VERSION"),
        (f"models:/{name}/9", f"Model Version (name={name}, version=9) not found"),
        (f"models:/{name}@nobody", "the model has no alias 'nobody'"),
        (f"models:/{name}/Staging", "none is in stage 'Staging'"),
        (f"models:/{name}/2", "'s3://elsewhere/model' are outside the storage"),
    ):
        refused = copy(registry, name, other.url, source=source)
        assert refused.returncode == 1 and part in refused.stderr, refused.stderr
    nothing_is_left(other, name)


def test_changed_files_are_copied_only_by_force(registry, other, trained, name, tmp_path):
    uri = f"{registry.url}/api/2.0/mlflow-artifacts/artifacts/0/{trained}/artifacts/model/MLmodel"
    # A protected stage would stand in the way; nothing else does.
    requests.put(uri, b"flavors: {other: 1}", timeout=30).raise_for_status()
    refused = copy(registry, name, other.url)
    assert refused.returncode == 1 and "they were changed at the source or on the way" in refused.stderr
    requests.post(f"{registry.url}/api/v1/models/{name}/versions/1/check", timeout=30).raise_for_status()
    refused = copy(registry, name, other.url)
    assert refused.returncode == 1 and "no longer those of the digest" in refused.stderr
    nothing_is_left(other, name)

    done = copy(registry, name, other.url, "--force")
    assert done.returncode == 0 and "the source had recorded none" in done.stdout, done.stderr
    assert files(other, name, 1, tmp_path / "out")["MLmodel"] == b"flavors: {other: 1}"


def _corrupt(asked, answer):
    if "get-artifact" in asked.path and "weights" in asked.path:
        return answer._replace(body=answer.body[:-1] + b"!")
    return answer


def _cut(asked, answer):
    return answer._replace(cut=1000) if "get-artifact" in asked.path and "weights" in asked.path else answer


def _shorten(asked, answer):
    return answer._replace(body=answer.body[:-1]) if "get-artifact" in asked.path and "weights" in asked.path else answer


@pytest.mark.parametrize(
    ("meddle", "part"),
    [
        (_corrupt, "they were changed at the source or on the way"),
        (_cut, "its file 'data/weights.bin' broke off"),
        (_shorten, "'data/weights.bin' was listed with 2048000 bytes and is sent with 2047999"),
    ],
)
def test_what_is_altered_on_the_way_in_is_noticed(registry, other, trained, name, meddle, part):
    with Meddler(registry.url, after=meddle) as way:
        failed = copy(registry, name, other.url, url=way.url)
    assert failed.returncode == 1 and part in failed.stderr, failed.stderr
    nothing_is_left(other, name)


def test_what_is_altered_on_the_way_out_is_noticed(registry, other, trained, name):
    def swap(asked):
        if asked.method == "PUT" and asked.path.endswith("weights.bin"):
            requests.put(f"{other.url}{asked.path}", asked.body[:-1] + b"!", timeout=30).raise_for_status()
            return Answer(200, b"")
        return None

    with Meddler(other.url, before=swap) as way:
        failed = copy(registry, name, way.url)
    assert failed.returncode == 1, failed.stdout
    assert "The copy's file 'data/weights.bin' is not what was sent: its SHA-256 is" in failed.stderr
    nothing_is_left(other, name)


def test_a_server_that_refuses_a_file_has_no_version(registry, other, trained, name):
    def refuse(asked):
        if asked.method == "PUT" and asked.path.endswith("weights.bin"):
            return Answer(507, json.dumps({"error_code": "INTERNAL_ERROR", "message": "The disk is full."}).encode())
        return None

    with Meddler(other.url, before=refuse) as way:
        failed = copy(registry, name, way.url)
    assert failed.returncode == 1 and f"{way.url} says: The disk is full." in failed.stderr
    nothing_is_left(other, name)


def test_a_server_that_dies_has_no_version_and_what_is_left_is_named(registry, trained, name, tmp_path):
    dying = server.Greenroom(tmp_path / "dying", database.new("sqlite", tmp_path))
    dying.start()

    def die(asked):
        if asked.method == "PUT" and asked.path.endswith("weights.bin"):
            dying.kill()
        return None

    with Meddler(dying.url, before=die) as way:
        failed = copy(registry, name, way.url)
        assert failed.returncode == 1
        assert "Left behind: logged model m-" in failed.stderr and way.url in failed.stderr, failed.stderr
    with dying:
        assert requests.get(f"{dying.url}/api/v1/models/{name}", timeout=30).status_code == 404


def test_a_version_whose_answer_is_lost_is_not_taken_back(registry, other, trained, name, tmp_path):
    def lose(asked, answer):
        return answer._replace(cut=3) if asked.path.endswith("model-versions/create") else answer

    with Meddler(other.url, after=lose) as way:
        done = copy(registry, name, way.url)
    assert done.returncode == 0, done.stderr
    assert files(other, name, 1, tmp_path / "out").items() >= FILES.items()


def test_an_interrupted_copy_is_taken_back(registry, other, trained, name):
    waiting, go_on = threading.Event(), threading.Event()

    def hold(asked):
        if asked.method == "PUT" and asked.path.endswith("weights.bin"):
            waiting.set()
            go_on.wait(60)
        return None

    with Meddler(other.url, before=hold) as way:
        command = [settings.BINARY, "copy", f"models:/{name}/1", name, "--with-artifacts", "--to", way.url]
        command += ["--experiment", name, "--url", registry.url]
        copying = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert waiting.wait(60)
        copying.send_signal(signal.SIGINT)
        go_on.set()
        _, said = copying.communicate(timeout=60)
    assert copying.returncode == 1 and "The copy was given up." in said
    nothing_is_left(other, name)


def test_to_an_object_store_and_within_it(registry, trained, name, tmp_path):
    with S3(tmp_path) as s3, server.Greenroom(
        tmp_path / "b", database.new("sqlite", tmp_path), **s3.environment()
    ) as keeper:
        done = copy(registry, name, keeper.url)
        assert done.returncode == 0, done.stderr
        done = keeper.run("copy", f"models:/{name}/1", "again", "--with-artifacts")
        assert done.returncode == 0, done.stderr
        for copied in (name, "again"):
            assert files(keeper, copied, 1, tmp_path / copied).items() >= FILES.items()
        assert len(s3.objects()) == 2 * len(FILES)


@pytest.fixture
def slow(tmp_path):
    """A server to itself, where a copy within it takes a while."""
    with server.Greenroom(tmp_path / "slow", database.new("sqlite", tmp_path)) as running:
        client = MlflowClient(running.url, running.url)
        run = client.create_run("0").info.run_id
        for number in range(8):
            uri = f"{running.url}/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/model/{number}"
            requests.put(uri, bytes(8 * 1024 * 1024), timeout=60).raise_for_status()
        client.create_registered_model("Unicorn")
        client.create_model_version("Unicorn", f"runs:/{run}/model", run)
        poll.until("the digest", lambda: version(running, "Unicorn")["digest_state"] == "recorded", seconds=60)
        yield running


def _begun(at):
    """A copy within a server, once its first file has arrived."""
    command = [settings.BINARY, "copy", "models:/Unicorn/1", "Copy", "--with-artifacts", "--experiment", "Copy"]
    copying = subprocess.Popen([*command, "--url", at.url], stderr=subprocess.PIPE, text=True)
    models = at.directory / "greenroom-data" / "artifacts"
    poll.until("the first file", lambda: [path for path in models.glob("*/models/*/artifacts/*") if path.is_file()])
    return copying


def test_nobody_waits_for_a_copy_within_a_server_and_it_is_taken_back(slow):
    copying = _begun(slow)
    copying.kill()
    copying.communicate(timeout=30)
    folder = slow.directory / "greenroom-data" / "artifacts"
    poll.until("an empty place", lambda: not [p for p in folder.glob("*/models/*/artifacts/*") if p.is_file()])
    nothing_is_left(slow, "Copy")


def test_a_server_that_stops_takes_its_copies_back(slow):
    copying = _begun(slow)
    slow.stop()
    _, said = copying.communicate(timeout=30)
    assert copying.returncode == 1 and "The copy was given up, because the server stops" in said
    with slow:
        nothing_is_left(slow, "Copy")


EVIL = ["../../x", "..", ".", "/etc/passwd", "%2e%2e%2fx", "a/b", "a\\..\\b", "C:", "", "a\nb", ".greenroom", "a%20b"]


@pytest.mark.parametrize("evil", EVIL)
def test_no_name_of_a_hostile_server_leads_anywhere(registry, other, trained, name, evil):
    def add(asked, answer):
        if "/files?" in asked.path:
            listed = json.loads(answer.body)
            listed["files"].append({"name": evil, "path": evil, "size": 1})
            return answer._replace(body=json.dumps(listed).encode())
        return answer

    with Meddler(registry.url, after=add) as way, Meddler(other.url) as out:
        failed = copy(registry, name, out.url, url=way.url)
        assert failed.returncode == 1 and "is not safe as a path" in failed.stderr, failed.stderr
        assert out.asked == [], "nothing was made yet"


def _endless_pages(asked):
    page = int((parse_qs(urlsplit(asked.path).query).get("cursor") or ["0"])[0])
    entries = [{"name": f"{'n' * 200}-{page}-{n}", "path": "", "size": 1} for n in range(1000)]
    return {"location": "x", "files": entries, "next_cursor": str(page + 1)}


def _endless_nothing(_asked):
    return {"location": "x", "files": [], "next_cursor": "more"}


def _the_same_again(_asked):
    return {"location": "x", "files": [{"name": "a", "path": "a", "size": 1}], "next_cursor": "more"}


def _a_large_answer(_asked):
    return {"location": "x" * 20_000_000, "files": []}


@pytest.mark.parametrize(
    ("listing", "part"),
    [
        (_endless_pages, "it holds more than 100000 files and folders, or their paths are longer"),
        (_endless_nothing, "the list of its files goes on without any file"),
        (_the_same_again, "'a' is listed twice"),
        (_a_large_answer, "sends an answer of more than 16777216 bytes, which is not read"),
    ],
)
def test_no_listing_of_a_hostile_server_is_endless(registry, other, trained, name, listing, part):
    def lie(asked):
        return Answer(200, json.dumps(listing(asked)).encode()) if "/files?" in asked.path else None

    with Meddler(registry.url, before=lie) as way, Meddler(other.url) as out:
        failed = copy(registry, name, out.url, url=way.url)
        assert failed.returncode == 1 and part in failed.stderr, failed.stderr
        assert out.asked == [], "nothing was made yet"


def _basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def test_credentials_go_to_their_own_server_alone_and_are_never_shown(registry, other, trained, name):
    with Meddler(registry.url) as way, Meddler(other.url) as out:
        done = copy(registry, name, f"http://bob:secret-b@{out.host}", url=f"http://ann:secret-a@{way.host}")
        assert done.returncode == 0, done.stderr
        assert {asked.headers.get("authorization") for asked in way.asked} == {_basic("ann", "secret-a")}
        assert {asked.headers.get("authorization") for asked in out.asked} == {_basic("bob", "secret-b")}
        everything = done.stdout + done.stderr + json.dumps(version(other, name))
        environment = settings.clean_environment(GREENROOM_COPY_TO=f"http://bob:secret-b@{out.host}")
        command = [settings.BINARY, "copy", f"models:/{name}/1", name, "--with-artifacts", "--url", registry.url]
        again = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
        assert again.stdout.startswith(f"{name} 1 -> {name} 2 at {out.url}\n")
        helped = subprocess.run([*command, "--help"], env=environment, capture_output=True, text=True, check=True)
        assert "GREENROOM_COPY_TO" in helped.stdout
        everything += again.stdout + again.stderr + helped.stdout
        assert "secret" not in everything and f"http://{way.host}" in everything
    # Neither in an error, when nobody is there.
    failed = copy(registry, name, f"http://bob:secret-b@{out.host}", url=f"http://ann:secret-a@{way.host}")
    assert failed.returncode == 1 and "secret" not in failed.stderr and way.host in failed.stderr


def test_no_server_sends_the_copier_elsewhere(registry, other, trained, name):
    """A redirection to another server is not followed, whatever it offers there."""
    with Meddler(registry.url) as third:
        away = Answer(302, b"", {"location": f"{third.url}/"})
        with Meddler(registry.url, before=lambda asked: away if "get-artifact" in asked.path else None) as way:
            failed = copy(registry, name, other.url, url=way.url)
        assert failed.returncode == 1 and "302" in failed.stderr
        assert third.asked == []
    nothing_is_left(other, name)
