"""Bounded waiting: ask again until it is so, or fail saying what did not happen."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(what: str, probe: Callable[[], T], *, seconds: float = 30.0, every: float = 0.02) -> T:
    """The first truthy answer of `probe`; AssertionError naming `what` when the time is up."""
    deadline = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s in vain for: {what}")
        time.sleep(every)


def next_millisecond(count: int = 2) -> int:
    """Wait until the clock shows `count` milliseconds more, so that two writes cannot share a time."""
    start = time.time_ns() // 1_000_000
    while time.time_ns() // 1_000_000 < start + count:
        time.sleep(0.0005)
    return time.time_ns() // 1_000_000
