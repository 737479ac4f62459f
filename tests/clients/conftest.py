"""Fixtures of the client tests: one server per engine for the session, the stock client, fresh names.

GREENROOM_BIN names the binary (default: the debug build), GREENROOM_TEST_POSTGRES a cluster in which
databases may be created (`scripts/with-postgres` starts one), GREENROOM_TARGET=mlflow runs the same
tests against the Python MLflow server, to prove the tests themselves.
"""

import itertools
import os
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from harness import database, server, settings  # noqa: E402
from harness.azure import Azure  # noqa: E402
from harness.google import Google  # noqa: E402
from harness.s3 import S3  # noqa: E402

os.environ.update(settings.CLIENT_ENVIRONMENT)
for _name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_TRACKING_TOKEN", "MLFLOW_WORKSPACE"):
    os.environ.pop(_name, None)

import mlflow  # noqa: E402
import pytest  # noqa: E402
from mlflow import MlflowClient  # noqa: E402

_count = itertools.count(1)


def pytest_collection_modifyitems(config, items):
    """Against the Python server, leave out what only Greenroom does (deselected, and said so)."""
    if settings.TARGET == "greenroom":
        return
    left_out = [item for item in items if item.get_closest_marker("greenroom_only")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def pytest_sessionfinish():
    """No server outlives the run, whatever failed."""
    server.Server.kill_all()


def pytest_report_header():
    """What is tested, at the top of the run."""
    subject = settings.BINARY if settings.TARGET == "greenroom" else f"Python mlflow server {mlflow.__version__}"
    return f"under test: {subject}; engines: {', '.join(settings.ENGINES)}"


@pytest.fixture(scope="session", params=settings.ENGINES)
def engine(request) -> str:
    """The database behind the server: every test that uses it runs once per engine."""
    return request.param


@pytest.fixture(scope="session")
def registry(engine, tmp_path_factory):
    """A running server on this engine, shared by the session."""
    directory = tmp_path_factory.mktemp(f"registry-{engine}")
    with server.under_test(directory, database.new(engine, directory)) as running:
        yield running


@pytest.fixture
def client(registry) -> MlflowClient:
    """The stock client."""
    return MlflowClient(tracking_uri=registry.url, registry_uri=registry.url)


@pytest.fixture
def stock(registry, tmp_path, monkeypatch):
    """The `mlflow` module itself, its URIs set to the server and its working directory put aside."""
    monkeypatch.chdir(tmp_path)
    before = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    mlflow.set_tracking_uri(registry.url)
    mlflow.set_registry_uri(registry.url)
    yield mlflow
    mlflow.set_tracking_uri(before[0])
    mlflow.set_registry_uri(before[1])


@pytest.fixture
def name(request) -> str:
    """A name that no other test uses, with the test's own in it."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", request.node.originalname.removeprefix("test_"))
    return f"{words}-{next(_count)}"


@pytest.fixture
def model(client, name) -> str:
    """The name of a registered model without versions."""
    client.create_registered_model(name)
    return name


@pytest.fixture(scope="session")
def s3(tmp_path_factory):
    """An S3, shared by the session."""
    with S3(tmp_path_factory.mktemp("s3")) as running:
        yield running


@pytest.fixture(scope="session")
def azure(tmp_path_factory):
    """An Azure Blob Storage, shared by the session."""
    with Azure(tmp_path_factory.mktemp("azure")) as running:
        yield running


@pytest.fixture(scope="session")
def google(tmp_path_factory):
    """What stands in for Google Cloud Storage, shared by the session."""
    with Google(tmp_path_factory.mktemp("google")) as running:
        yield running


@pytest.fixture(scope="session", params=["folder", "s3", "azure", "google"])
def keeper(request, tmp_path_factory):
    """A server that keeps its artifacts in a folder, and one on every object store."""
    directory = tmp_path_factory.mktemp(f"artifacts-{request.param}")
    cloud = None if request.param == "folder" else request.getfixturevalue(request.param)
    environment = cloud.environment() if cloud else {}
    with server.under_test(directory, database.new("sqlite", directory), **environment) as running:
        running.kept_on, running.cloud = request.param, cloud
        yield running
