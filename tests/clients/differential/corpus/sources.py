"""Where a version may say that its files are. Nothing here needs a run or a logged model."""

from ..request import Scenario, delete, get, look_version, model, post, stage, version

R, V = "registered-models", "model-versions"

SOURCES = [
    "s3://bucket/path", "s3://bucket", "s3://", "s3:", "S3://Bucket/Path", "gs://bucket/path", "wasbs://c@a.blob.core.windows.net/p",
    "abfss://c@a.dfs.core.windows.net/p", "dbfs:/path", "dbfs:/../path", "unknown://x/y", "x:y", "cos://bucket/p", "r2://b@h/p", "oss://b/p", "b2://b/p",
    "s3://bucket/../other", "s3://bucket/a/../b", "s3://bucket/..", "s3://bucket/%2e%2e/x", "s3://bucket/%252e%252e/x",
    "s3://bucket/a..b", "s3://bucket/...", "s3://bucket/./a", "s3://bucket//a", "s3://bucket/a\\..\\b", "s3://bucket/%5c..%5c",
    "s3://bucket/a?b=../c", "s3://bucket/a?versionId=1", "s3://bucket/a#frag", "s3://bucket/a#../b", "s3://bucket/\x00", "s3://bucket/%00", "s3://bucket/a\nb",
    "s3://bucket/a;b", "s3://user:pass@bucket/a", "s3://[::1]/a", "s3://bucket/ü", "s3:///bucket/a", " s3://bucket/a",
    "http://host/x", "https://host/x", "HTTP://host/x", "ftp://host/x", "sftp://host/x", "hdfs://host/x", "viewfs://host/x", "webhdfs://h/x",
    "http:/host", "https://h/api/2.0/mlflow-artifacts/artifacts/1", "ssh://h/x", "git://h/x", "gopher://h", "ldap://h", "hdfs:/x", "hdfs:x",
    "databricks://p/x", "databricks-uc://p", "postgresql://h/d", "sqlite:///x.db", "data:text/plain,x", "javascript:alert(1)", "mailto:a@b",
    "mlflow-artifacts:/1/run/artifacts/model", "mlflow-artifacts://host/1", "mlflow-artifacts:", "MLFLOW-ARTIFACTS:/1/2",
    "/etc/passwd", "etc/passwd", "./x", "../x", "~/x", "file:///etc/passwd", "file:/etc/passwd", "file:relative", "file://host/etc", "FILE:///etc/passwd",
    "file://localhost/etc/passwd", "//host/share", "\\\\host\\share", "C:\\models", "C:/models", ".", "..", "x", "*",
    "runs:/0123/model", "runs:/", "runs:", "runs://host/0123/model", "runs:/0123/../x", "RUNS:/0123/model", "runs:/0123",
    "models:/src/1", "models:/src/01", "models:/src/9", "models:/src/x", "models:/src/Production", "models:/src/production", "models:/src/Staging",
    "models:/src/Deleted_Internal", "models:/src/latest", "models:/src/LATEST", "models:/src@champ", "models:/src@nobody", "models:/src@latest", "models:/src@v1",
    "models:/nobody/1", "models:/nobody@champ", "models:/nobody/Production", "models:/src", "models:/m-0123456789abcdef", "models:/", "models:", "models:src",
    "models://host/src/1", "models:/src/1/2", "models:/src/1/", "models://src/1", "models:/src@a/1", "models:/src/1?x=y", "models:/src/1#x", "models:/%73rc/1", "MODELS:/src/1",
    "models:/s/../src/1", "models:/src/-1", "models:/src/99999999999999999999", "models:///src/1", "models:/ /1", "models:/src/ ",
    "prompts:/x/1", "not a uri at all", "s" * 500, "s3://b/" + "p" * 493, "s3://b/" + "p" * 494, "s3://b/" + "p" * 2000,
    "dummy-source", "prompt-template", "",
]  # fmt: skip

WITH_RUN = [
    "s3://b/x", "s3://b/../x", "/etc/passwd", "file:///etc/passwd", "runs:/0123/model", "runs:/9999/model", "runs://h/0123/m",
    "mlflow-artifacts:/1/0123/artifacts", "http://h/x", "models:/m-1", "relative", "runs:/0123/../x",
]  # fmt: skip

WITH_MODEL = [
    "s3://b/x", "s3://b/../x", "/etc/passwd", "file:///etc/passwd", "runs:/0123/model", "mlflow-artifacts:/1/models/m-1/artifacts",
    "models:/m-1", "models:/m-2", "models://h/m-1", "http://h/x",
]  # fmt: skip


def _shown(source):
    return repr(source) if len(source) < 60 else f"{source[:8]!r}... of {len(source)}"


SCENARIOS = [
    Scenario(
        "sources/accepted or not",
        [
            model("src"),
            version(
                "src",
                "source of the sources",
                "s3://bucket/original",
                run_id="run-1",
                run_link="https://l",
                description="d",
                tags=[{"key": "k", "value": "v"}],
            ),
            version("src", "a second", "s3://bucket/second"),
            stage("src", "1", "Production", "first to Production"),
            post("alias", f"{R}/alias", {"name": "src", "alias": "champ", "version": "1"}),
            *[
                step
                for number, source in enumerate(SOURCES)
                for step in (
                    model(f"srcs-{number}"),
                    version(f"srcs-{number}", f"source {_shown(source)}", source),
                    get(
                        f"download uri of {_shown(source)}",
                        f"{V}/get-download-uri",
                        {"name": f"srcs-{number}", "version": "1"},
                    ),
                )
            ],
        ],
    ),
    Scenario(
        "sources/with a run or a model that do not exist",
        [
            *[
                step
                for number, source in enumerate(WITH_RUN)
                for step in (
                    model(f"srcr-{number}"),
                    version(f"srcr-{number}", f"run_id, {source!r}", source, run_id="0123"),
                )
            ],
            *[
                step
                for number, source in enumerate(WITH_MODEL)
                for step in (
                    model(f"srcm-{number}"),
                    version(f"srcm-{number}", f"model_id, {source!r}", source, model_id="m-1"),
                )
            ],
            model("srcr"),
            version("srcr", "empty model_id", "s3://b/x", model_id=""),
            version("srcr", "both ids", "s3://b/x", model_id="m-1", run_id="0123"),
        ],
    ),
    Scenario(
        "sources/pointers",
        [
            model("ptr"),
            version(
                "ptr",
                "v1",
                "s3://bucket/original",
                run_id="run-1",
                run_link="https://l",
                description="d",
                tags=[{"key": "k", "value": "v"}],
            ),
            model("ptr-copy"),
            version(
                "ptr-copy",
                "as copy_model_version sends it",
                "models:/ptr/1",
                run_id="run-1",
                run_link="https://l",
                description="d",
            ),
            look_version("ptr-copy", "1", "the copy"),
            version("ptr-copy", "run inherited", "models:/ptr/1"),
            look_version("ptr-copy", "2", "with the run"),
            version("ptr-copy", "same run", "models:/ptr/1", run_id="run-1"),
            version("ptr-copy", "other run", "models:/ptr/1", run_id="run-2"),
            version("ptr-copy", "empty run", "models:/ptr/1", run_id=""),
            version("ptr-copy", "null run", "models:/ptr/1", run_id=None),
            version("ptr-copy", "other model id", "models:/ptr/1", model_id="m-1"),
            version("ptr-copy", "empty model id", "models:/ptr/1", model_id=""),
            version("ptr-copy", "of a copy", "models:/ptr-copy/1"),
            version("ptr-copy", "of the latest", "models:/ptr/latest"),
            version("ptr", "of itself", "models:/ptr/1"),
            *[
                get(f"download uri {n}", f"{V}/get-download-uri", {"name": "ptr-copy", "version": str(n)})
                for n in range(1, 8)
            ],
            delete("delete the original", f"{V}/delete", {"name": "ptr", "version": "1"}),
            get("download uri of the copy stays", f"{V}/get-download-uri", {"name": "ptr-copy", "version": "1"}),
            version("ptr-copy", "of a deleted one", "models:/ptr/1"),
            version("ptr-nobody", "to a missing model", "models:/ptr/2"),
            get("all copies", f"{V}/search", {"filter": "name = 'ptr-copy'", "order_by": "version_number ASC"}),
        ],
    ),
]
