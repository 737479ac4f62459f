"""An S3 of its own for the tests: moto's server, which speaks S3's protocol over HTTP."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import requests

from . import poll
from .server import Server, free_port

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "greenroom",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class S3:
    """A running S3 with one bucket; a context manager."""

    def __init__(self, directory: Path, bucket: str = "models"):
        self.bucket = bucket
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = directory / f"s3-{self.port}.log"
        self.process: subprocess.Popen | None = None

    def __enter__(self) -> "S3":
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        # Ended with all the others, should a test never get to the end.
        Server.started.append(self)
        poll.until(f"an S3 at {self.url}", self._is_ready, seconds=60)
        requests.put(f"{self.url}/{self.bucket}", timeout=10).raise_for_status()
        return self

    def __exit__(self, *_exception) -> None:
        self.kill()

    def kill(self) -> None:
        """By its pid."""
        self.process.kill()
        self.process.wait(20)

    def _is_ready(self) -> bool:
        assert self.process.poll() is None, f"the S3 ended\n{self.log.read_text()}"
        try:
            return requests.get(self.url, timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def environment(self) -> dict[str, str]:
        """What a server needs to know to keep its artifacts here."""
        return CREDENTIALS | {
            "MLFLOW_S3_ENDPOINT_URL": self.url,
            "MLFLOW_ARTIFACTS_DESTINATION": f"s3://{self.bucket}/kept/here",
        }

    def _names(self, query: str, tag: str) -> list[str]:
        answer = requests.get(f"{self.url}/{self.bucket}?{query}", timeout=10)
        answer.raise_for_status()
        return sorted(element.text for element in ElementTree.fromstring(answer.content).iter() if element.tag.endswith(tag))

    def objects(self) -> list[str]:
        """The names of all objects."""
        return self._names("list-type=2", "}Key")

    def unfinished(self) -> list[str]:
        """The names of what is being uploaded in parts."""
        return self._names("uploads", "}Key")
