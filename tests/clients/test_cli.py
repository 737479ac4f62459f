"""The commands that a person or a CI job types, against a running server."""

import json
import subprocess

import pytest

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
