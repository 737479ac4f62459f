"""Artifacts through the server, by the stock client: in a folder, on an S3, on Azure, on what stands in for Google.

What the client does with runs goes through the same repository, which is used here directly.
"""

import io
import json
import os

import mlflow
import pytest
import requests
from harness import poll
from mlflow import MlflowClient, artifacts
from mlflow.exceptions import MlflowException
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
from mlflow.store.artifact.http_artifact_repo import HttpArtifactRepository

MEBIBYTE = 1024 * 1024


@pytest.fixture
def repository(keeper, name, monkeypatch):
    """The stock client's view of one run's folder."""
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(keeper.url)
    yield get_artifact_repository(f"mlflow-artifacts:/1/{name}/artifacts")
    mlflow.set_tracking_uri(before)


def files(folder) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def write(folder, contents: dict[str, bytes]):
    """A folder with these files."""
    for path, content in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


TREE = {
    "MLmodel": b"flavors: {}",
    "data/model.pkl": bytes(range(256)) * 5000,
    "data/deep/er/empty": b"",
    "a b/50% ü+模型 (1).txt": "grüße".encode(),
    "a b/x=1,y=~2@[3]{4}'!$&.csv": b"1,2",
}


def test_a_tree_goes_in_and_comes_out(repository, tmp_path):
    repository.log_artifacts(str(write(tmp_path / "in", TREE)), "model")
    assert [(info.path, info.is_dir, info.file_size) for info in repository.list_artifacts("model")] == [
        ("model/MLmodel", False, 11),
        ("model/a b", True, None),
        ("model/data", True, None),
    ]
    assert repository.list_artifacts("model/MLmodel") == []
    assert repository.list_artifacts("nothing") == []
    (tmp_path / "out").mkdir()
    repository.download_artifacts("model", dst_path=str(tmp_path / "out"))
    assert files(tmp_path / "out" / "model") == TREE


def test_one_file_is_replaced_downloaded_by_uri_and_deleted(repository, name, tmp_path):
    for content in (b"old", b"new"):
        repository.log_artifact(str(write(tmp_path, {"f.txt": content}) / "f.txt"), "folder")
    uri = f"mlflow-artifacts:/1/{name}/artifacts/folder"
    (tmp_path / "out").mkdir()
    downloaded = artifacts.download_artifacts(artifact_uri=f"{uri}/f.txt", dst_path=str(tmp_path / "out"))
    assert open(downloaded, "rb").read() == b"new"
    assert [info.path for info in artifacts.list_artifacts(artifact_uri=uri)] == ["folder/f.txt"]
    repository.delete_artifacts("folder")
    repository.delete_artifacts("folder")
    assert repository.list_artifacts() == []


def test_what_is_missing_says_so(repository, tmp_path):
    with pytest.raises(Exception, match="404"):
        repository.download_artifacts("none.txt", dst_path=str(tmp_path))
    with pytest.raises((MlflowException, requests.HTTPError)):
        repository.list_artifacts("../..")


@pytest.mark.greenroom_only
def test_large_files_go_in_parts_when_the_client_wants_it(repository, tmp_path, monkeypatch):
    content = os.urandom(11 * MEBIBYTE)
    sent = []
    upload_part = HttpArtifactRepository._upload_part
    spy = staticmethod(lambda **part: sent.append(part["credential"].url) or upload_part(**part))
    monkeypatch.setattr(HttpArtifactRepository, "_upload_part", spy)
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD", "true")
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", str(5 * MEBIBYTE))
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE", str(5 * MEBIBYTE))
    repository.log_artifact(str(write(tmp_path, {"big.bin": content}) / "big.bin"), "model")
    assert len(sent) == 3
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD", "true")
    monkeypatch.setenv("MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE", str(2 * MEBIBYTE))
    (tmp_path / "out").mkdir()
    repository.download_artifacts("model/big.bin", dst_path=str(tmp_path / "out"))
    assert (tmp_path / "out" / "model" / "big.bin").read_bytes() == content


def test_server_info_says_what_the_storage_can(keeper):
    info = requests.get(f"{keeper.url}/api/3.0/mlflow/server-info", timeout=10).json()
    # A client that is told of signed downloads fails when a name has none, as some have on Azure and Google.
    told = (info["multipart_uploads_enabled"], info["multipart_downloads_enabled"])
    assert told == (keeper.cloud is not None, keeper.kept_on == "s3")


def url(keeper, path: str) -> str:
    return f"{keeper.url}/api/2.0/mlflow-artifacts/artifacts/{path}"


def begin(keeper, name: str) -> tuple[dict, list[dict]]:
    """An upload in one part of `f`, which has been sent; what the server said, and what completes it."""
    begun = requests.post(
        f"{keeper.url}/api/2.0/mlflow-artifacts/mpu/create/1/{name}", json={"path": "f", "num_parts": 1}, timeout=10
    ).json()
    part = requests.put(begun["credentials"][0]["url"], data=b"part", timeout=10)
    part.raise_for_status()
    # As the client does: Azure gives no tag.
    return begun, [{"part_number": 1, "etag": part.headers.get("ETag", ""), "url": ""}]


def end(keeper, name: str, verb: str, begun: dict, path: str = "f", **body) -> int:
    """How the server answers an end of an upload in parts."""
    body = {"path": path, "upload_id": begun["upload_id"]} | body
    return requests.post(
        f"{keeper.url}/api/2.0/mlflow-artifacts/mpu/{verb}/1/{name}", json=body, timeout=10
    ).status_code


@pytest.mark.greenroom_only
def test_bytes_are_streamed_in_and_ranges_out(keeper, name):
    """Chunked, so that the server does not know the length, and larger than a part of its own uploads."""
    content = os.urandom(20 * MEBIBYTE)
    source = io.BytesIO(content)
    answer = requests.put(url(keeper, f"1/{name}/f"), data=iter(lambda: source.read(MEBIBYTE), b""), timeout=60)
    assert (answer.status_code, answer.content) == (200, b"")
    whole = requests.get(url(keeper, f"1/{name}/f"), timeout=60)
    assert whole.content == content and whole.headers["Content-Length"] == str(len(content))
    part = requests.get(url(keeper, f"1/{name}/f"), headers={"Range": "bytes=9000000-9000009"}, timeout=60)
    assert (part.status_code, part.content) == (206, content[9000000:9000010])
    same = requests.get(url(keeper, f"1/{name}/f"), headers={"If-None-Match": whole.headers["ETag"]}, timeout=60)
    assert (same.status_code, same.content) == (304, b"")
    behind = requests.get(url(keeper, f"1/{name}/f"), headers={"Range": "bytes=99999999-"}, timeout=60)
    assert behind.status_code == 416
    assert requests.get(url(keeper, f"1/{name}"), timeout=60).status_code == 400
    assert requests.get(url(keeper, f"1/{name}/none"), timeout=60).status_code == 404


@pytest.mark.greenroom_only
def test_a_broken_upload_is_never_seen(keeper, name):
    def half():
        yield b"x" * 9 * MEBIBYTE
        raise OSError("the sender is gone")

    with pytest.raises((OSError, requests.RequestException)):
        requests.put(url(keeper, f"1/{name}/f"), data=half(), timeout=60)
    assert requests.get(url(keeper, f"1/{name}/f"), timeout=60).status_code == 404
    if keeper.kept_on in ("s3", "google"):
        parts = lambda: [key for key in keeper.cloud.unfinished() if name in key]  # noqa: E731
        poll.until("the parts to be given up", lambda: not parts(), seconds=20)


@pytest.mark.greenroom_only
def test_everything_stays_below_the_prefix(keeper, name):
    for path in (f"1/{name}/f", "%2e%2e/x", "..%2f..%2fx", "a//b", "%252e%252e/x"):
        requests.put(url(keeper, path), data=b"x", timeout=10)
    if keeper.cloud is None:
        kept = keeper.directory / "greenroom-data/artifacts"
        assert {path.name for path in kept.iterdir()} == {"1", ".greenroom"}
        return
    keys = keeper.cloud.objects()
    assert all(key.startswith("kept/here/1/") for key in keys), keys
    assert f"kept/here/1/{name}/f" in keys


@pytest.mark.greenroom_only
def test_parts_of_another_file_are_not_taken(keeper, name):
    begun, parts = begin(keeper, name)
    # An S3 binds the id to the object by itself; the one of these tests does not, nor does it forget it.
    binds = keeper.kept_on in ("folder", "azure")
    if binds:
        assert end(keeper, name, "complete", begun, path="g", parts=parts) == 404
    assert end(keeper, name, "complete", begun, parts=parts) == 200
    assert requests.get(url(keeper, f"1/{name}/f"), timeout=10).content == b"part"
    if binds:
        assert end(keeper, name, "complete", begun, parts=parts) == 404
        assert end(keeper, name, "complete", {"upload_id": "../f"}, parts=parts) == 404


@pytest.mark.greenroom_only
def test_an_upload_in_parts_is_given_up(keeper, name):
    begun, parts = begin(keeper, name)
    assert end(keeper, name, "abort", begun) == 200
    # Azure does not know uploads: what is over is given up again, and its blocks are there until they expire.
    if keeper.kept_on != "azure":
        assert end(keeper, name, "abort", begun) == 404
    assert end(keeper, name, "abort", {"upload_id": "../f"}) == 404
    assert requests.get(url(keeper, f"1/{name}/f"), timeout=10).status_code == 404


@pytest.mark.greenroom_only
def test_a_part_that_is_not_there_is_told(keeper, name):
    begun, parts = begin(keeper, name)
    other = [{"part_number": 1, "etag": '"other"'}, {"part_number": 2, "etag": '"other"'}]
    assert end(keeper, name, "complete", begun, parts=other) == (404 if keeper.kept_on == "azure" else 400)
    assert requests.get(url(keeper, f"1/{name}/f"), timeout=10).status_code == 404
    assert end(keeper, name, "complete", begun, parts=parts) == 200


@pytest.mark.greenroom_only
def test_signed_urls_lead_to_the_store_itself(keeper, name):
    """The client asks for one, and goes through the server when there is none."""
    for path in ("plain=1.bin", "b%25 ü.bin"):
        requests.put(url(keeper, f"1/{name}/{path}"), data=b"0123456789", timeout=10).raise_for_status()
        signed = requests.get(f"{keeper.url}/api/2.0/mlflow-artifacts/presigned/1/{name}/{path}", timeout=10)
        if keeper.cloud is None or (path.startswith("b") and keeper.kept_on != "s3"):
            assert signed.status_code == 501, signed.text
            continue
        told = signed.json()
        assert told["url"].startswith(keeper.cloud.url) and told["file_size"] == 10
        part = requests.get(told["url"], headers=told.get("headers", {}) | {"Range": "bytes=2-4"}, timeout=10)
        assert (part.status_code, part.content) == (206, b"234")


@pytest.fixture
def run(keeper, name):
    """A run of its own, and a client."""
    client = MlflowClient(tracking_uri=keeper.url, registry_uri=keeper.url)
    return client, client.create_run(client.create_experiment(name)).info.run_id


def test_a_run_logs_and_gives_back(run, tmp_path):
    client, run_id = run
    client.log_text(run_id, "grüße", "notes/hello.txt")
    client.log_dict(run_id, {"alpha": 0.5}, "config/params.json")
    client.log_artifact(run_id, str(write(tmp_path, {"plain.bin": b"\x00\x01"}) / "plain.bin"))
    client.log_artifacts(run_id, str(write(tmp_path / "in", TREE)), "model")
    listed = [(info.path, info.is_dir) for info in client.list_artifacts(run_id)]
    assert listed == [("config", True), ("model", True), ("notes", True), ("plain.bin", False)]
    assert [info.path for info in client.list_artifacts(run_id, "notes")] == ["notes/hello.txt"]
    (tmp_path / "out").mkdir()
    client.download_artifacts(run_id, "", str(tmp_path / "out"))
    expected = {f"model/{path}": content for path, content in TREE.items()}
    expected |= {"notes/hello.txt": "grüße".encode(), "plain.bin": b"\x00\x01"}
    got = files(tmp_path / "out")
    assert json.loads(got.pop("config/params.json")) == {"alpha": 0.5}
    assert got == expected


def test_the_server_shows_what_a_run_logged(keeper, run):
    client, run_id = run
    client.log_text(run_id, "<b>", "page.html")
    listed = requests.get(f"{keeper.url}/api/2.0/mlflow/artifacts/list", params={"run_id": run_id}, timeout=10).json()
    assert listed["root_uri"] == client.get_run(run_id).info.artifact_uri
    assert listed["files"] == [{"path": "page.html", "is_dir": False, "file_size": 3}]
    page = requests.get(f"{keeper.url}/get-artifact", params={"run_uuid": run_id, "path": "page.html"}, timeout=10)
    assert page.text == "<b>" and page.headers["Content-Disposition"].startswith("attachment")
