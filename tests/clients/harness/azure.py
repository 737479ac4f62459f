"""An Azure Blob Storage of its own for the tests: Azurite, Microsoft's emulator (`tests/clients/azure`)."""

import base64
import hashlib
import hmac
import shutil
import subprocess
from email.utils import formatdate
from pathlib import Path
from xml.etree import ElementTree

import requests

from . import poll, settings
from .server import Server, free_port

PROGRAM = settings.REPOSITORY / "tests/clients/azure/node_modules/azurite/dist/src/blob/main.js"
ACCOUNT = "devstoreaccount1"
# Known to everybody: the emulator's own.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
VERSION = "2021-12-02"


class Azure:
    """A running Azure Blob Storage with one container; a context manager."""

    def __init__(self, directory: Path, container: str = "models"):
        self.container = container
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = directory / f"azure-{self.port}.log"
        self.process: subprocess.Popen | None = None

    def __enter__(self) -> "Azure":
        node = shutil.which("node")
        assert node and PROGRAM.exists(), f"no node, or no {PROGRAM}: run scripts/setup-tests"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [node, str(PROGRAM), "--blobHost", "127.0.0.1", "--blobPort", str(self.port)]
                + ["--inMemoryPersistence", "--disableTelemetry", "--silent"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        # Ended with all the others, should a test never get to the end.
        Server.started.append(self)
        poll.until(f"an Azure at {self.url}", self._is_ready, seconds=60)
        self._ask("PUT", {"restype": "container"})
        return self

    def __exit__(self, *_exception) -> None:
        self.kill()

    def kill(self) -> None:
        """By its pid."""
        self.process.kill()
        self.process.wait(20)

    def _is_ready(self) -> bool:
        assert self.process.poll() is None, f"the Azure ended\n{self.log.read_text()}"
        try:
            return requests.get(self.url, timeout=5).status_code == 400
        except requests.RequestException:
            return False

    def environment(self, scheme: str = "wasbs") -> dict[str, str]:
        """What a server needs to know to keep its artifacts here."""
        return {
            "AZURE_STORAGE_USE_EMULATOR": "true",
            "AZURITE_BLOB_STORAGE_URL": self.url,
            "MLFLOW_ARTIFACTS_DESTINATION": self.location("kept/here", scheme),
        }

    def location(self, path: str, scheme: str = "wasbs") -> str:
        """A place in the container."""
        service = "dfs" if scheme == "abfss" else "blob"
        return f"{scheme}://{self.container}@{ACCOUNT}.{service}.core.windows.net/{path}"

    def _ask(self, method: str, query: dict[str, str]) -> bytes:
        """A request to the container, signed with the account's key."""
        headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": VERSION}
        signed = [method, *[""] * 11, *[f"{name}:{headers[name]}" for name in sorted(headers)]]
        signed += [f"/{ACCOUNT}/{ACCOUNT}/{self.container}", *[f"{name}:{query[name]}" for name in sorted(query)]]
        digest = hmac.digest(base64.b64decode(KEY), "\n".join(signed).encode(), hashlib.sha256)
        headers["Authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}"
        url = f"{self.url}/{ACCOUNT}/{self.container}"
        answer = requests.request(method, url, params=query, headers=headers, timeout=10)
        answer.raise_for_status()
        return answer.content

    def _names(self, **query: str) -> list[str]:
        listed = ElementTree.fromstring(self._ask("GET", {"restype": "container", "comp": "list"} | query))
        return sorted(element.text for element in listed.iterfind("Blobs/Blob/Name"))

    def objects(self) -> list[str]:
        """The names of all objects."""
        return self._names()
