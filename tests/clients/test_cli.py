"""The commands that a person or a CI job types, against a running server."""

import json
import subprocess

import pytest
import requests
from mlflow.exceptions import MlflowException

from harness import database, server, settings

pytestmark = pytest.mark.greenroom_only


@pytest.fixture
def own(engine, tmp_path):
    """A server to itself, with Unicorn and three versions."""
    with server.Greenroom(tmp_path, database.new(engine, tmp_path)) as running:
        from mlflow import MlflowClient

        client = MlflowClient(running.url, running.url)
        client.create_registered_model("Unicorn")
        for number in range(1, 4):
            client.create_model_version("Unicorn", f"s3://bucket/{number}", await_creation_for=0)
        client.transition_model_version_stage("Unicorn", 1, "Production")
        yield running


def test_tables_are_for_people(own):
    """One line per thing, headed."""
    lines = own.run("models").stdout.splitlines()
    assert lines[0].split()[:3] == ["NAME", "LATEST", "STAGES"]
    assert lines[1].startswith("Unicorn  3       None: 3; Production: 1")
    versions = own.run("versions", "Unicorn").stdout.splitlines()
    assert [line.split()[:2] for line in versions[1:]] == [["3", "None"], ["2", "None"], ["1", "Production"]]
    assert "Production" not in own.run("versions", "Unicorn", "--stage", "none").stdout


def test_a_transition_says_what_it_did_and_keeps_the_comment(own):
    """The dry run changes nothing; the real one is in the history with its side effect."""
    arguments = ("transition", "Unicorn", "3", "Production", "--archive-existing-versions")
    dry = own.run(*arguments, "--dry-run")
    assert (dry.returncode, dry.stdout) == (0, "Unicorn 3: None -> Production (1 -> Archived)\n")
    assert json.loads(own.run("--output", "json", "models", "Unicorn").stdout)["stages"][1]["versions"][0]["version"] == 1
    done = own.run(*arguments, "-c", "beats v1")
    assert (done.returncode, done.stdout) == (0, dry.stdout)
    events = json.loads(own.run("history", "Unicorn", "-o", "json", "-n", "2").stdout)
    assert [(event["version"], event.get("comment"), event.get("cause")) for event in events] == [
        (1, None, events[1]["sequence"]),
        (3, "beats v1", None),
    ]
    assert "Production -> Archived (because of #" in own.run("history", "Unicorn").stdout


def test_what_stages_held_is_told_for_any_time(own):
    """The auditor's question, by the time of an event."""
    moved = json.loads(own.run("history", "Unicorn", "-o", "json").stdout)[0]
    own.run("transition", "Unicorn", "2", "Production", "--archive-existing-versions")
    then = json.loads(own.run("history", "Unicorn", "--at", str(moved["at"]), "-o", "json").stdout)
    production = [stage for stage in then["stages"] if stage["stage"] == "Production"]
    assert [version["version"] for version in production[0]["versions"]] == [1]


def test_a_refusal_is_on_standard_error_and_in_the_exit_code(own):
    """Whole, with the reason; standard output stays empty for scripts."""
    refused = own.run("transition", "Unicorn", "9", "Staging")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Model Version (name=Unicorn, version=9) not found" in refused.stderr
    unknown = own.run("models", "--filter", "nonsense")
    assert unknown.returncode == 1 and "Invalid clause(s)" in unknown.stderr


def test_stages_and_verification_are_shown(own):
    """The definitions in force, and an event log that holds."""
    shown = own.run("stages", "show").stdout
    assert shown.startswith("revision 0\n") and "archive" in shown
    verified = own.run("verify", "-o", "json")
    assert verified.returncode == 0
    found = json.loads(verified.stdout)
    assert (found["events"], found["faults"]) == (5, [])


def test_completions_and_help_need_no_server():
    """A script for the shell, and the options in words."""
    for arguments, part in (
        (["completions", "bash"], "_greenroom"),
        (["completions", "zsh"], "#compdef greenroom"),
        (["server", "--help"], "--backend-store-uri"),
        (["--version"], "greenroom "),
    ):
        answer = subprocess.run([settings.BINARY, *arguments], capture_output=True, text=True, timeout=30, check=True)
        assert part in answer.stdout


def test_nobody_there_is_said_so():
    """No stack trace: the address and what to do."""
    port = server.free_port()
    command = [settings.BINARY, "models", "--url", f"http://127.0.0.1:{port}"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert answer.returncode == 1
    assert f"127.0.0.1:{port}" in answer.stderr and "Is the server running?" in answer.stderr


@pytest.fixture
def keeping(engine, tmp_path):
    """A server to itself with artifacts: an experiment with two deleted runs, of which Unicorn 1 needs one."""
    with server.Greenroom(tmp_path, database.new(engine, tmp_path)) as running:
        from mlflow import MlflowClient

        client = running.client = MlflowClient(running.url, running.url)
        experiment = client.create_experiment("e")
        running.runs = [client.create_run(experiment).info.run_id for _ in range(2)]
        running.folder = tmp_path / "greenroom-data" / "artifacts" / experiment
        for run_id in running.runs:
            url = f"{running.url}/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run_id}/artifacts/model/MLmodel"
            requests.put(url, data=b"flavors", timeout=10).raise_for_status()
        client.create_registered_model("Unicorn")
        client.create_model_version(
            "Unicorn", f"runs:/{running.runs[0]}/model", run_id=running.runs[0], await_creation_for=0
        )
        for run_id in running.runs:
            client.delete_run(run_id)
        yield running


def gc(keeping, *arguments: str) -> subprocess.CompletedProcess:
    """`greenroom gc`, with the database's place in the environment, as the server could have it."""
    return subprocess.run(
        [str(settings.BINARY), "gc", *arguments],
        cwd=keeping.directory,
        env=settings.clean_environment(MLFLOW_BACKEND_STORE_URI=keeping.store_uri),
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_gc_removes_what_no_version_needs(keeping):
    """Beside a running server: first told, then done; the version goes on loading."""
    needed, free = keeping.runs
    told = gc(keeping, "--dry-run")
    assert told.returncode == 0, told.stderr
    assert sorted(told.stdout.splitlines()) == sorted([
        f"run {needed}: kept: version 1 of registered model 'Unicorn' (stage 'None') holds its artifacts",
        f"run {free}: would be removed with 1 files, 7 bytes",
        "1 runs, 0 logged models and 0 experiments would be removed with 1 files, 7 bytes; 1 kept",
    ])
    assert keeping.client.get_run(free).info.lifecycle_stage == "deleted"

    done = gc(keeping, "-o", "json", "--older-than", "0s")
    report = json.loads(done.stdout)
    items = {item["id"]: item for item in report["items"]}
    assert items[free] == {"kind": "run", "id": free, "outcome": "removed", "files": 1, "bytes": 7}
    assert items[needed]["held_by"] == {"name": "Unicorn", "version": 1, "stage": "None"}
    assert report["total"] == {"runs": 1, "logged_models": 0, "experiments": 0, "kept": 1, "files": 1, "bytes": 7}
    assert [folder.name for folder in keeping.folder.iterdir()] == [needed]
    with pytest.raises(MlflowException, match="not found"):
        keeping.client.get_run(free)
    assert keeping.client.get_run(needed).info.lifecycle_stage == "deleted"
    location = keeping.client.get_model_version_download_uri("Unicorn", "1").removeprefix("mlflow-artifacts:/")
    file = requests.get(f"{keeping.url}/api/2.0/mlflow-artifacts/artifacts/{location}/MLmodel", timeout=10)
    assert file.content == b"flavors"

    keeping.client.delete_model_version("Unicorn", "1")
    assert json.loads(gc(keeping, "-o", "json").stdout)["total"]["runs"] == 1
    assert list(keeping.folder.iterdir()) == []


def test_gc_removes_nothing_when_something_named_is_not_deleted(keeping):
    """The wrong ones are named, and what is too young stays."""
    active = keeping.client.create_run("0").info.run_id
    wrong = gc(keeping, "--run-ids", f"{keeping.runs[1]},{active}")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert f"These runs are not deleted, and only what was deleted can be removed for good: {active}." in wrong.stderr
    assert gc(keeping, "--experiment-ids", "0").returncode == 1
    assert gc(keeping, "--older-than", "30d").stdout.startswith("0 runs, ")
    assert "cannot be read" in gc(keeping, "--older-than", "a month").stderr
    elsewhere = gc(keeping, "--artifacts-destination", str(keeping.directory / "typo"))
    assert elsewhere.returncode == 1 and "typo. Give gc the options that the server has." in elsewhere.stderr
    assert keeping.client.get_run(keeping.runs[1]).info.lifecycle_stage == "deleted"


def test_a_killed_gc_is_finished_by_the_next(keeping):
    """Killed while it is at work: what is left is either a deleted run as it was, or nothing that anybody sees."""
    experiment = keeping.client.create_experiment("many")
    runs = [keeping.client.create_run(experiment).info.run_id for _ in range(120)]
    base = f"{keeping.url}/api/2.0/mlflow-artifacts/artifacts/{experiment}"
    for run_id in runs:
        requests.put(f"{base}/{run_id}/artifacts/f", data=b"1234", timeout=10).raise_for_status()
    keeping.client.delete_experiment(experiment)
    with subprocess.Popen(
        [str(settings.BINARY), "gc"],
        cwd=keeping.directory,
        env=settings.clean_environment(MLFLOW_BACKEND_STORE_URI=keeping.store_uri),
        stdout=subprocess.PIPE,
    ) as killed:
        assert killed.stdout.readline()
        killed.kill()
    folder = keeping.folder.parent / experiment
    visible = {run.info.run_id for run in keeping.client.search_runs([experiment], run_view_type=2, max_results=1000)}
    assert visible <= {run.name for run in folder.iterdir()}, "a run that is seen has its files"
    again = gc(keeping, "-o", "json")
    assert again.returncode == 0, again.stderr
    assert not folder.exists()
    with pytest.raises(MlflowException, match="[Nn]o [Ee]xperiment"):
        keeping.client.get_experiment(experiment)
