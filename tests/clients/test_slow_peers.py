"""Whoever falls silent in the middle of an artifact is given up; whoever is slow but goes on is not."""

import socket
import time

import pytest
import requests

from harness import database, files, poll, server

pytestmark = pytest.mark.greenroom_only

PATIENCE = 1
MEBIBYTE = 1024 * 1024
# More than the system's buffers hold between a server and a client that reads nothing.
LARGE = bytes(64 * MEBIBYTE)


@pytest.fixture(scope="module", params=["folder", "s3"])
def impatient(request, tmp_path_factory):
    """A server that gives up after a second."""
    directory = tmp_path_factory.mktemp(f"impatient-{request.param}")
    cloud = None if request.param == "folder" else request.getfixturevalue(request.param)
    environment = cloud.environment() if cloud else {}
    environment |= {"GREENROOM_IDLE_TIMEOUT": str(PATIENCE)}
    with server.under_test(directory, database.new("sqlite", directory), **environment) as running:
        running.cloud = cloud
        yield running


def path(name: str) -> str:
    return f"/api/2.0/mlflow-artifacts/artifacts/1/{name}/f"


def connect(running, head: str) -> socket.socket:
    """A connection on which a request has begun."""
    connection = socket.create_connection(("127.0.0.1", running.port), timeout=20)
    connection.sendall(f"{head} HTTP/1.1\r\nHost: 127.0.0.1\r\n".encode())
    return connection


def answer(connection: socket.socket) -> bytes:
    """All that comes until the server closes the connection."""
    received = b""
    while block := connection.recv(MEBIBYTE):
        received += block
    return received


def nothing_is_left(running, name: str) -> bool:
    if running.cloud is None:
        return files.unfinished(running) == []
    return not any(name in key for key in running.cloud.unfinished())


def assert_given_up(running, name: str, connection: socket.socket):
    assert answer(connection).startswith(b"HTTP/1.1 400 ")
    assert requests.get(running.url + path(name), timeout=10).status_code == 404
    poll.until("what had arrived to be removed", lambda: nothing_is_left(running, name), seconds=20)


@pytest.mark.parametrize("sent", [1000, 20 * MEBIBYTE])
def test_a_sender_that_falls_silent_is_given_up(impatient, name, sent):
    with connect(impatient, f"PUT {path(name)}") as connection:
        connection.sendall(f"Content-Length: {sent + 1}\r\n\r\n".encode() + bytes(sent))
        assert_given_up(impatient, name, connection)


def test_a_sender_of_a_byte_now_and_then_is_given_up(impatient, name):
    with connect(impatient, f"PUT {path(name)}") as connection:
        connection.sendall(b"Transfer-Encoding: chunked\r\n\r\n")
        begun = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() < begun + 20:
                connection.sendall(b"1\r\nx\r\n")
                time.sleep(PATIENCE / 4)
    assert time.monotonic() < begun + 10, "long before its own end"
    assert requests.get(impatient.url + path(name), timeout=10).status_code == 404
    assert nothing_is_left(impatient, name)


# Readers are watched where connections are, wherever the bytes come from.
from_a_folder = pytest.mark.parametrize("impatient", ["folder"], indirect=True)


@from_a_folder
def test_a_reader_that_reads_nothing_is_given_up(impatient, name):
    requests.put(impatient.url + path(name), data=LARGE, timeout=60).raise_for_status()
    with connect(impatient, f"GET {path(name)}") as connection:
        connection.sendall(b"\r\n")
        assert connection.recv(8).startswith(b"HTTP/1.1")
        assert files.open_files(impatient) == [str(files.kept(impatient) / f"1/{name}/f")]
        poll.until("the connection to be closed", lambda: not connected(impatient, connection), seconds=20)
        assert files.open_files(impatient) == []
        assert len(answer(connection)) < len(LARGE)


def connected(running, connection: socket.socket) -> bool:
    """Whether the server still holds its end."""
    client = f"0100007F:{connection.getsockname()[1]:04X}"
    established = "01"
    with open(f"/proc/{running.process.pid}/net/tcp") as table:
        rows = [line.split() for line in table][1:]
    return any(row[2] == client and row[3] == established for row in rows)


@from_a_folder
def test_a_slow_sender_and_a_slow_reader_get_to_the_end(impatient, name):
    """Both take longer than is given for silence, and neither is silent for so long."""

    def slowly():
        for _ in range(4):
            yield LARGE[: 16 * MEBIBYTE]
            time.sleep(PATIENCE / 2)

    requests.put(impatient.url + path(name), data=slowly(), timeout=60).raise_for_status()
    with requests.get(impatient.url + path(name), stream=True, timeout=60) as response:
        # Little by little, so that what the system keeps ready lasts for long; then the rest.
        received = 0
        begun = time.monotonic()
        while time.monotonic() < begun + 4 * PATIENCE:
            received += len(response.raw.read(MEBIBYTE // 10))
            time.sleep(PATIENCE / 10)
        received += sum(len(block) for block in iter(lambda: response.raw.read(MEBIBYTE), b""))
    assert received == len(LARGE)
