"""Every request of the corpus to the Python MLflow server and to ours: one test per request.

A difference must be declared in `differences.toml`; a declared one must still be there.
"""

import pytest

from harness import database, server, settings

from .corpus import SCENARIOS
from .differences import load
from .recording import record

IDS = [f"{scenario.name}/{request.label}" for scenario in SCENARIOS for request in scenario.requests]
DECLARED = load()
DIFFERENCES = DECLARED if settings.TARGET == "greenroom" else []


@pytest.fixture(scope="session")
def expected(tmp_path_factory):
    """What the Python server answers."""
    directory = tmp_path_factory.mktemp("differential-mlflow")
    with server.PythonMlflow(directory, database.new("sqlite", directory)) as running:
        return record(running.url, SCENARIOS)


@pytest.fixture(scope="session")
def actual(tmp_path_factory):
    """What the server under test answers."""
    directory = tmp_path_factory.mktemp("differential-ours")
    with server.under_test(directory, database.new("sqlite", directory)) as running:
        return record(running.url, SCENARIOS)


def _same(theirs, ours) -> bool:
    # What is not JSON (the pages of 404 and 405) is compared by its status alone.
    return theirs.status == ours.status and (theirs.body is None or theirs.body == ours.body)


@pytest.mark.parametrize("request_id", IDS)
def test_answer_is_the_same_or_declared(request_id, expected, actual):
    """Status and body agree, or the difference is written down with its reason."""
    theirs, ours = expected[request_id], actual[request_id]
    declared = [difference for difference in DIFFERENCES if difference.covers(request_id)]
    if _same(theirs, ours):
        # A pattern may cover more than what differs; an exact id may not.
        exact = [difference.id for difference in declared if difference.id == request_id]
        assert not exact, f"declared as a difference, but the answer is the same:\n  {ours}"
        return
    shown = f"\n  mlflow: {theirs}\n  ours:   {ours}"
    assert declared, f"undeclared difference{shown}"
    objections = [difference.objection(ours) for difference in declared]
    assert None in objections, f"not as declared: {'; '.join(objections)}{shown}"


@pytest.mark.greenroom_only
def test_no_answer_of_ours_is_a_server_error(actual):
    """Whatever the request: it is the caller's, and no client may be told to retry."""
    failures = [f"{key}: {answer}" for key, answer in actual.items() if answer.status >= 500]
    assert failures == []


@pytest.mark.greenroom_only
def test_every_declared_difference_still_differs(expected, actual):
    """A declaration that covers nothing that differs has outlived its reason."""
    idle = [
        difference.id
        for difference in DIFFERENCES
        if not any(difference.covers(key) and not _same(expected[key], actual[key]) for key in IDS)
    ]
    assert idle == []


def test_every_server_error_of_theirs_is_declared(expected):
    """The Python server's 5xx answers are on record, each with what ours answers instead."""
    unspoken = [
        f"{key}: {answer.status}"
        for key, answer in expected.items()
        if answer.status >= 500 and not any(difference.covers(key) for difference in DECLARED)
    ]
    assert unspoken == []


def test_every_declaration_names_a_request():
    """A pattern that matches no request is a misspelling."""
    assert [d.id for d in DECLARED if not any(d.covers(key) for key in IDS)] == []


def test_identifiers_are_unique():
    """A declaration speaks of one request, so no two may share an id."""
    assert len(IDS) == len(set(IDS))
