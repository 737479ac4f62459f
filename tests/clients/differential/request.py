"""The words in which the corpus is written: one request, and a scenario of several in order.

A path without a leading slash is below `/api/2.0/mlflow/`. A `Captured` value stands for something
that the same server answered earlier in the scenario (a page token).
"""

import json as json_module
from dataclasses import dataclass, field, replace
from typing import Any

API = "/api/2.0/mlflow/"
AJAX = "/ajax-api/2.0/mlflow/"
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Captured:
    """The value of `field` (dots lead inside) in the answer to the request called `label`, earlier in the scenario."""

    label: str
    field: str = "next_page_token"


@dataclass(frozen=True)
class Within:
    """A text with captured values in the places of its `{}`."""

    text: str
    values: tuple[Captured, ...]

    def below(self, prefix: str) -> "Within":
        """The same text behind a prefix."""
        return replace(self, text=prefix + self.text)


def within(text: str, *values: Captured) -> Within:
    """A text with captured values in the places of its `{}`."""
    return Within(text, values)


@dataclass(frozen=True)
class Request:
    """One HTTP request; `body` is sent as these bytes, or as this value in JSON."""

    label: str
    method: str
    path: str | Within
    query: Any = None
    body: Any = None
    headers: dict = field(default_factory=dict)

    @property
    def full_path(self) -> str | Within:
        """The path as it goes on the wire."""
        if isinstance(self.path, Within):
            return self.path.below(API)
        return self.path if self.path.startswith("/") else API + self.path

    def through_ajax(self) -> "Request":
        """The same request as the browser sends it."""
        return replace(self, label=self.label + " (ajax)", path=self.full_path.replace(API, AJAX, 1))


@dataclass(frozen=True)
class Scenario:
    """Requests in order, over names that no other scenario uses."""

    name: str
    requests: list[Request]

    def __post_init__(self):
        labels = [request.label for request in self.requests]
        twice = {label for label in labels if labels.count(label) > 1}
        if twice:
            raise ValueError(f"scenario {self.name!r} has labels twice: {sorted(twice)}")


def get(label: str, path: str, query: Any = None, **more: Any) -> Request:
    """A GET with its fields in the query."""
    return Request(label, "GET", path, query=query, **more)


def post(label: str, path: str, body: Any = None, **more: Any) -> Request:
    """A POST of a JSON body."""
    return Request(label, "POST", path, body={} if body is None else body, headers=JSON, **more)


def patch(label: str, path: str, body: Any = None) -> Request:
    """A PATCH of a JSON body."""
    return Request(label, "PATCH", path, body={} if body is None else body, headers=JSON)


def delete(label: str, path: str, body: Any = None) -> Request:
    """A DELETE with a JSON body."""
    return Request(label, "DELETE", path, body={} if body is None else body, headers=JSON)


def encode(body: Any) -> bytes | None:
    """The bytes of a body: bytes as they are, anything else as JSON."""
    if body is None or isinstance(body, bytes):
        return body
    return json_module.dumps(body, ensure_ascii=False).encode()


def model(name: str, label: str | None = None, **fields: Any) -> Request:
    """Create a registered model."""
    return post(label or f"model {name}", "registered-models/create", {"name": name} | fields)


def version(name: str, label: str, source: str = "s3://bucket/model", **fields: Any) -> Request:
    """Create a model version."""
    return post(label, "model-versions/create", {"name": name, "source": source} | fields)


def stage(name: str, number: str, to: str, label: str, **fields: Any) -> Request:
    """Transition a model version."""
    body = {"name": name, "version": number, "stage": to} | fields
    return post(label, "model-versions/transition-stage", body)


def look(name: str, label: str) -> Request:
    """Read a registered model, to see what the requests before have left."""
    return get(label, "registered-models/get", {"name": name})


def look_version(name: str, number: str, label: str) -> Request:
    """Read a model version."""
    return get(label, "model-versions/get", {"name": name, "version": number})
