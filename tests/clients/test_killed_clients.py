"""Kill -9 of a client in the middle of an upload: nobody sees half a file, and the next upload is as good as the first."""

import os
import subprocess
import sys
import time

import pytest
import requests
from mlflow import MlflowClient

from harness import files, poll, settings

pytestmark = pytest.mark.greenroom_only

MEBIBYTE = 1024 * 1024
SIZE = 32 * MEBIBYTE

# The stock client, which sends one file as a whole and one in parts, and stops for ever in the middle of both.
HALF_OF_TWO = """
import io, sys, threading, time
from mlflow import MlflowClient
from mlflow.store.artifact import http_artifact_repo

def stop(what):
    print(what, flush=True)
    time.sleep(3600)

class Half(io.FileIO):
    def read(self, size=-1):
        if self.tell() >= 20 * 1024 * 1024:
            stop("whole")
        return super().read(size)

upload_part = http_artifact_repo.HttpArtifactRepository._upload_part

def one_part(**part):
    if part["credential"].part_number > 1:
        time.sleep(3600)
    upload_part(**part)
    stop("parts")

client, run, folder = MlflowClient(sys.argv[1]), sys.argv[2], sys.argv[3]
http_artifact_repo.open = lambda path, mode: Half(path)
whole = threading.Thread(target=client.log_artifact, args=(run, f"{folder}/whole.bin", "model"))
whole.start()
http_artifact_repo.HttpArtifactRepository._upload_part = staticmethod(one_part)
client.log_artifact(run, f"{folder}/parts.bin", "model")
"""
# Only the file in parts is as large as that.
IN_PARTS = {
    "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD": "true",
    "MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE": str(SIZE + 1),
    "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE": str(5 * MEBIBYTE),
}


def killed_half_way(keeper, run_id: str, folder):
    """Starts the client, waits until it is half through both files, and kills it."""
    process = subprocess.Popen(
        [sys.executable, "-c", HALF_OF_TWO, keeper.url, run_id, str(folder)],
        env=settings.clean_environment(**settings.CLIENT_ENVIRONMENT | IN_PARTS),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert {process.stdout.readline(), process.stdout.readline()} == {"whole\n", "parts\n"}
    finally:
        process.kill()
        process.wait(20)


@pytest.mark.parametrize("keeper", ["folder", "s3", "azure"], indirect=True)
def test_half_an_upload_is_nothing(keeper, name, tmp_path):
    client = MlflowClient(tracking_uri=keeper.url, registry_uri=keeper.url)
    run_id = client.create_run(client.create_experiment(name)).info.run_id
    contents = {"whole.bin": os.urandom(SIZE), "parts.bin": os.urandom(SIZE + 1)}
    for file, content in contents.items():
        (tmp_path / file).write_bytes(content)

    killed_half_way(keeper, run_id, tmp_path)

    assert client.list_artifacts(run_id, "model") == []
    for file in contents:
        answer = requests.get(f"{keeper.url}/get-artifact?run_uuid={run_id}&path=model/{file}", timeout=10)
        assert answer.status_code == 404, file
    poll.until("what had arrived of the whole file to be removed", lambda: _only_parts_are_left(keeper, run_id))

    client.log_param(run_id, "still", "usable")
    for file in contents:
        client.log_artifact(run_id, str(tmp_path / file), "model")
    for file, content in contents.items():
        assert open(client.download_artifacts(run_id, f"model/{file}", str(tmp_path)), "rb").read() == content
    client.set_terminated(run_id)


def _only_parts_are_left(keeper, run_id: str) -> bool:
    """Parts are kept for a client that comes back: a day in a folder, as the bucket says on S3, a week on Azure."""
    if keeper.kept_on == "folder":
        return files.unfinished(keeper) == [] and not any(run_id in path for path in files.contents(keeper))
    if keeper.kept_on == "s3":
        left = [key for key in keeper.cloud.unfinished() if run_id in key]
        return [key.rpartition("/")[2] for key in left] == ["parts.bin"]
    return not any(run_id in key for key in keeper.cloud.objects())


@pytest.mark.parametrize("keeper", ["folder"], indirect=True)
def test_parts_that_nobody_goes_on_with_are_collected(keeper, name):
    """By the next upload in parts, and by the next start."""
    begin = f"{keeper.url}/api/2.0/mlflow-artifacts/mpu/create/1/{name}"
    begun = requests.post(begin, json={"path": "f", "num_parts": 1}, timeout=10).json()
    requests.put(begun["credentials"][0]["url"], data=b"part", timeout=10).raise_for_status()
    folder = files.kept(keeper) / ".greenroom/multipart" / begun["upload_id"]
    assert (folder / "1").read_bytes() == b"part"

    for hours, there in ((23, True), (25, False)):
        touched = time.time() - hours * 3600
        os.utime(folder, (touched, touched))
        requests.post(begin, json={"path": "g", "num_parts": 1}, timeout=10).raise_for_status()
        assert folder.exists() == there
