"""The client's entities as plain dictionaries, so that a test states all of one and diffs read well."""

import time
from contextlib import contextmanager

from . import poll


def version(entity) -> dict:
    """Every field of a ModelVersion that a registry decides, but for its times and its author."""
    return {
        "name": entity.name,
        "version": entity.version,
        "current_stage": entity.current_stage,
        "description": entity.description,
        "source": entity.source,
        "run_id": entity.run_id,
        "run_link": entity.run_link,
        "status": entity.status,
        "status_message": entity.status_message,
        "tags": entity.tags,
        "aliases": entity.aliases,
        "model_id": entity.model_id,
        "params": entity.params,
        "metrics": entity.metrics,
    }


def a_version(name: str, number: int | str, **different) -> dict:
    """What `version` shows of a version made with nothing but a source, save what is `different`."""
    return {
        "name": name,
        "version": str(number),
        "current_stage": "None",
        "description": "",
        "source": "s3://bucket/model",
        "run_id": "",
        "run_link": "",
        "status": "READY",
        "status_message": None,
        "tags": {},
        "aliases": [],
        "model_id": None,
        "params": None,
        "metrics": None,
    } | different


def model(entity) -> dict:
    """Every field of a RegisteredModel that a registry decides, but for its times."""
    return {
        "name": entity.name,
        "description": entity.description,
        "tags": entity.tags,
        "aliases": entity.aliases,
        "latest_versions": [version(latest) for latest in entity.latest_versions],
    }


def a_model(name: str, **different) -> dict:
    """What `model` shows of a bare registered model, save what is `different`."""
    return {"name": name, "description": "", "tags": {}, "aliases": {}, "latest_versions": []} | different


def times(entity) -> tuple[int, int]:
    """When it was created and last updated."""
    return entity.creation_timestamp, entity.last_updated_timestamp


class Span:
    """A stretch of the wall clock, in milliseconds; `moment in span` asks whether it lies within."""

    start = 0
    end = 0

    def __contains__(self, moment: int) -> bool:
        return self.start <= moment <= self.end

    def __repr__(self) -> str:
        return f"Span({self.start}, {self.end})"


@contextmanager
def clock():
    """The span of a block, kept apart from what came before by a tick of the clock."""
    span = Span()
    span.start = poll.next_millisecond()
    yield span
    span.end = time.time_ns() // 1_000_000
