"""Print what a server answers to the whole corpus: `python -m differential.table [URL]`.

Without a URL it starts the Python MLflow server for the occasion. Useful when one wants to read
the answers rather than have them compared.
"""

import sys
import tempfile
from pathlib import Path

from harness import database, server

from .corpus import SCENARIOS
from .recording import record
from .request import encode


def _print(url: str) -> None:
    answers = record(url, SCENARIOS)
    for scenario in SCENARIOS:
        print(f"\n===== {scenario.name} =====")
        for request in scenario.requests:
            answer = answers[f"{scenario.name}/{request.label}"]
            print(f"\n--- {request.label}")
            body = encode(request.body) if not _captures(request.body) else repr(request.body).encode()
            parts = [request.method, request.full_path]
            if request.query:
                parts.append(f"?{request.query}")
            kind = request.headers.get("Content-Type")
            if body is not None:
                parts.append(_cut(body.decode(errors="backslashreplace")))
            if body is not None and kind != "application/json":
                parts.append(f"[Content-Type: {kind}]")
            print(" ".join(parts))
            print(
                f"{answer.status} {_cut(answer.text.strip() if answer.body is None else str(answer).split(' ', 1)[1], 3000)}"
            )
    failures = [key for key, answer in answers.items() if answer.status >= 500]
    print(f"\n===== {len(answers)} requests; {len(failures)} answered 5xx =====")
    for key in failures:
        print(f"{answers[key].status} {key}")


def _captures(body) -> bool:
    return "Captured(" in repr(body)


def _cut(text: str, length: int = 600) -> str:
    return text if len(text) <= length else f"{text[:length]}... ({len(text)} characters)"


def main() -> None:
    """Entry point."""
    if len(sys.argv) > 1:
        _print(sys.argv[1])
        return
    with tempfile.TemporaryDirectory() as directory:
        home = Path(directory)
        with server.PythonMlflow(home, database.new("sqlite", home)) as running:
            _print(running.url)


if __name__ == "__main__":
    main()
