"""The deliberate differences, read from `differences.toml`.

An entry names requests by `id` (a pattern: `*` and `?` as in a shell), says what ours answers
(`status`, and where it matters `error_code`, `message` as a pattern, `body`), and `why`.
"""

import fnmatch
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .recording import Answer

FILE = Path(__file__).with_name("differences.toml")
KEYS = {"id", "status", "error_code", "message", "body", "why"}


@dataclass(frozen=True)
class Difference:
    """One entry."""

    id: str
    why: str
    status: int
    error_code: str | None = None
    message: str | None = None
    body: Any = None

    def covers(self, request_id: str) -> bool:
        """Whether the entry speaks of this request."""
        return _matches(self.id, request_id)

    def objection(self, answer: Answer) -> str | None:
        """Why this answer is not the declared one; None when it is."""
        body = answer.body if isinstance(answer.body, dict) else {}
        if answer.status != self.status:
            return f"declared status {self.status}"
        if self.error_code is not None and body.get("error_code") != self.error_code:
            return f"declared error_code {self.error_code}"
        if self.message is not None and not _matches(self.message, body.get("message", "")):
            return f"declared message {self.message!r}"
        if self.body is not None and answer.body != self.body:
            return f"declared body {self.body!r}"
        return None


def _matches(pattern: str, text: str) -> bool:
    # Brackets are common in labels and messages, so only `*` and `?` are special.
    literal = re.sub(r"\[", "[[]", pattern)
    return fnmatch.fnmatchcase(text, literal)


def load() -> list[Difference]:
    """All entries; ValueError on a key that is none or a reason that is missing."""
    entries = tomllib.loads(FILE.read_text(encoding="utf-8")).get("difference", [])
    for entry in entries:
        unknown = set(entry) - KEYS
        if unknown or not entry.get("why", "").strip():
            raise ValueError(f"{FILE.name}: entry {entry.get('id')!r}: unknown {unknown or 'no'} keys, or no reason")
    return [Difference(**entry) for entry in entries]
