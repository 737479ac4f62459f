"""Send the corpus to one server and keep what a client can see of each answer.

Times become the label of the request during which they were taken, so that two servers can be
compared on *what* moved a timestamp; page tokens become a placeholder, since they are opaque; ids of
runs become numbers in the order in which a scenario meets them.
"""

import bisect
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

from harness import poll

from .request import Captured, Request, Scenario, Within, encode

TIMES = (
    "creation_timestamp", "last_updated_timestamp", "creation_time", "last_update_time",
    "creation_timestamp_ms", "last_updated_timestamp_ms",
)  # fmt: skip
TOKEN = "next_page_token"
# Lists whose order the Python server leaves to the database, and what tells their items apart.
UNORDERED = {"tags": "key", "params": "key", "metrics": "key", "model_inputs": "model_id", "model_outputs": "model_id"}
# What the Python server never fills in.
OURS = ("registrations",)
# In the error body of the Python server, but read by no client.
UNREAD_ERROR_FIELDS = ("sqlstate", "error_class")

_RUN_ID = re.compile(r"[0-9a-f]{32}")

# The Python server prints sets of valid keys in an order that changes from start to start.
_PYTHON_SET = re.compile(r"\{'[^{}:]*'\}")


def _sorted_set(match: re.Match) -> str:
    return "{" + ", ".join(sorted(match.group()[1:-1].split(", "))) + "}"


@dataclass(frozen=True)
class Answer:
    """What came back: status, JSON body in comparable form (None when it is not JSON), raw text."""

    status: int
    body: Any
    text: str

    def __str__(self) -> str:
        shown = self.text if self.body is None else json.dumps(self.body, ensure_ascii=False)
        return f"{self.status} {shown}"


class _Clock:
    """Which request was being answered at a given millisecond."""

    def __init__(self):
        self.starts: list[int] = []
        self.spans: list[tuple[int, str, str]] = []

    def add(self, start: int, end: int, scenario: str, label: str) -> None:
        self.starts.append(start)
        self.spans.append((end, scenario, label))

    def label(self, moment: Any, scenario: str) -> Any:
        """`when: LABEL` for a time in this scenario, with the scenario's name for an earlier one."""
        if not isinstance(moment, int) or isinstance(moment, bool):
            return f"not an integer: {moment!r}"
        index = bisect.bisect_right(self.starts, moment) - 1
        if index < 0:
            return "before the run"
        if moment > self.spans[index][0]:
            return f"at no time of the run: {moment}"
        _, where, label = self.spans[index]
        return f"when: {label}" if where == scenario else f"when: {where}/{label}"


def record(url: str, scenarios: list[Scenario]) -> dict[str, Answer]:
    """The answers of the server at `url`, by `scenario/label`."""
    answers = {}
    clock = _Clock()
    with requests.Session() as session:
        session.trust_env = False
        for scenario in scenarios:
            answers |= _record_scenario(session, url, scenario, clock)
    return answers


def _record_scenario(session: requests.Session, url: str, scenario: Scenario, clock: _Clock) -> dict[str, Answer]:
    seen: dict[str, Any] = {}
    ids: dict[str, str] = {}
    answers = {}
    for request in scenario.requests:
        start = poll.next_millisecond()
        response = _send(session, url, request, seen)
        clock.add(start, time.time_ns() // 1_000_000, scenario.name, request.label)
        body = _json(response)
        seen[request.label] = body
        comparable = _named(_comparable(body, lambda moment: clock.label(moment, scenario.name)), ids)
        answers[f"{scenario.name}/{request.label}"] = Answer(response.status_code, comparable, response.text)
    return answers


def _send(session: requests.Session, url: str, request: Request, seen: dict) -> requests.Response:
    query = _filled(request.query, seen)
    prepared = requests.Request(
        request.method,
        url + _filled(request.full_path, seen),
        params=query,
        data=encode(_filled(request.body, seen)),
        headers=request.headers,
    ).prepare()
    return session.send(prepared, timeout=60)


def _filled(value: Any, seen: dict) -> Any:
    if isinstance(value, Captured):
        found = seen.get(value.label)
        for name in value.field.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        return "no such field was answered" if found is None else found
    if isinstance(value, Within):
        return value.text.format(*(_filled(item, seen) for item in value.values))
    if isinstance(value, dict):
        return {key: _filled(item, seen) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, seen) for item in value]
    return value


def _json(response: requests.Response) -> Any:
    if not response.headers.get("Content-Type", "").startswith("application/json"):
        return None
    return response.json()


def _comparable(value: Any, when: Callable[[Any], str]) -> Any:
    if isinstance(value, list):
        return [_comparable(item, when) for item in value]
    if not isinstance(value, dict):
        return value
    if "error_code" in value:
        value = {key: item for key, item in value.items() if key not in UNREAD_ERROR_FIELDS}
        value["message"] = _PYTHON_SET.sub(_sorted_set, value.get("message", ""))
    if list(value) == ["experiment_id"]:
        # What one server takes and the other does not puts their counts apart.
        return {"experiment_id": "a number" if value["experiment_id"].isdigit() else value["experiment_id"]}
    return {key: _comparable_field(key, item, when) for key, item in value.items() if key not in OURS}


def _named(value: Any, ids: dict[str, str]) -> Any:
    """The same with `run 1` for the first id of a run that the scenario met, and so on."""
    if isinstance(value, list):
        return [_named(item, ids) for item in value]
    if isinstance(value, dict):
        return {key: _named(item, ids) for key, item in value.items()}
    if isinstance(value, str):
        return _RUN_ID.sub(lambda match: ids.setdefault(match.group(), f"run {len(ids) + 1}"), value)
    return value


def _by_number(versions: list) -> list:
    return sorted(versions, key=lambda version: int(version["version"]))


def _comparable_field(key: str, value: Any, when: Callable[[Any], str]) -> Any:
    if key in TIMES:
        return when(value)
    if key == TOKEN:
        return "a page token" if isinstance(value, str) and value else f"not a token: {value!r}"
    if key == "registered_models" and isinstance(value, list):
        # In a search the Python server leaves their order to the database's GROUP BY.
        value = [
            model | {"latest_versions": _by_number(model["latest_versions"])} if "latest_versions" in model else model
            for model in value
        ]
    if key in UNORDERED and isinstance(value, list):
        value = sorted(value, key=lambda item: item.get(UNORDERED[key], ""))
    return _comparable(value, when)
