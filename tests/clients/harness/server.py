"""A registry server as a process: started for real, asked whether it is ready, stopped by its pid.

`Greenroom` runs the binary under test, `PythonMlflow` the server whose promises it keeps. Both have
the same face, so that one suite can be run against either.
"""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import requests

from . import poll, settings


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One running server; a context manager that ends it and insists on a clean exit."""

    ready_path = "/readyz"
    started: "list[Server]" = []
    start_seconds = 30.0
    stop_seconds = 20.0

    def __init__(self, directory: Path, store_uri: str, port: int | None = None, **environment: str):
        self.directory = directory
        self.store_uri = store_uri
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = environment
        self.log = directory / f"{type(self).__name__.lower()}-{self.port}.log"
        self.process: subprocess.Popen | None = None

    def command(self) -> list[str]:
        """The command line, as a user would type it."""
        raise NotImplementedError

    def start(self) -> "Server":
        """Start and wait until it says that it is ready."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                cwd=self.directory,
                env=settings.clean_environment(**self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        Server.started.append(self)
        try:
            poll.until(f"{self.ready_path} of {self.url}", self._is_ready, seconds=self.start_seconds)
        except BaseException as error:
            self.kill()
            raise AssertionError(f"{error}\n{self.tail()}") from error
        return self

    def _is_ready(self) -> bool:
        status = self.process.poll()
        if status is not None:
            raise AssertionError(f"{self.command()[0]} ended with status {status} while starting")
        try:
            return requests.get(self.url + self.ready_path, timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def stop(self) -> None:
        """SIGTERM to its pid; it must end by itself, with status 0."""
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(self.stop_seconds)
        except subprocess.TimeoutExpired as error:
            self.kill()
            raise AssertionError(f"did not end after SIGTERM\n{self.tail()}") from error
        assert status == 0, f"ended with status {status} after SIGTERM\n{self.tail()}"

    def kill(self) -> None:
        """SIGKILL to its process group: the end that gives no chance to tidy up."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait(self.stop_seconds)

    def tail(self, lines: int = 60) -> str:
        """The last lines of its log, for failure messages."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return f"--- {self.log.name} ---\n" + "\n".join(text.splitlines()[-lines:])

    @staticmethod
    def kill_all() -> None:
        """Whatever a failing test has left running; only what was started here."""
        for server in Server.started:
            if server.process.poll() is None:
                server.kill()

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, *_exception) -> None:
        if self.process.poll() is None:
            self.stop()


class Greenroom(Server):
    """The binary under test."""

    def command(self) -> list[str]:
        if not settings.BINARY.exists():
            raise AssertionError(f"no binary at {settings.BINARY}: build it, or set GREENROOM_BIN")
        return [
            str(settings.BINARY), "server",
            "--host", "127.0.0.1",
            "--port", str(self.port),
            "--backend-store-uri", self.store_uri,
        ]  # fmt: skip

    def run(self, *arguments: str, seconds: float = 60) -> subprocess.CompletedProcess:
        """A client command of the binary, pointed at this server by GREENROOM_URL."""
        return subprocess.run(
            [str(settings.BINARY), *arguments],
            cwd=self.directory,
            env=settings.clean_environment(GREENROOM_URL=self.url),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
        )

    def apply_stages(self, toml: str) -> subprocess.CompletedProcess:
        """`greenroom stages apply -f` with this document; the caller judges the outcome."""
        document = self.directory / "stages.toml"
        document.write_text(toml, encoding="utf-8")
        return self.run("stages", "apply", "-f", str(document))


class PythonMlflow(Server):
    """`mlflow server` as it is installed in the virtual environment that runs the tests."""

    ready_path = "/health"
    start_seconds = 120.0

    def command(self) -> list[str]:
        return [
            sys.executable, "-m", "mlflow", "server",
            "--host", "127.0.0.1",
            "--port", str(self.port),
            "--workers", "1",
            "--backend-store-uri", self.store_uri,
        ]  # fmt: skip

    def __init__(self, directory: Path, store_uri: str, port: int | None = None, **environment: str):
        quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
        super().__init__(directory, store_uri, port, **quiet | environment)

    def stop(self) -> None:
        """SIGTERM, then the rest of its process group: its exit status is not ours to judge."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            pass
        self.kill()


def under_test(directory: Path, store_uri: str, **environment: str) -> Server:
    """The server that GREENROOM_TARGET names."""
    kind = Greenroom if settings.TARGET == "greenroom" else PythonMlflow
    return kind(directory, store_uri, **environment)
