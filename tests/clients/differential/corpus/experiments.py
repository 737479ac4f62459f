"""Experiments: names, ids, tags, locations, and the two states they are in."""

from ..request import Captured, Scenario, get, post

E = "experiments"

IDS = ["0", " 0", "00", "+0", "-1", "x", "1.0", "0x0", "999", "1_000", "99999999999999999999", "٠", "  ", "0\n"]

LOCATIONS = [
    "", "s3://bucket", "s3://bucket/", "s3://bucket/path", "s3://bucket/path?region=eu", "gs://b/p", "wasbs://c@a.blob.core.windows.net/p",
    "abfss://c@a.dfs.core.windows.net/p", "dbfs:/x", "mlflow-artifacts:/x", "mlflow-artifacts:/", "foo:/x",
    "/etc", "etc", "file:///", "file:/etc", "FILE:///etc", "//proc/self/root", "C:/x", "http:///?/../../etc", "http://h/#/../..", "http://h/x",
    "https://h/x", "ftp://h/x", "sftp://h/x", "hdfs://h/x", "viewfs://h/x", "s3://b/x?y=1#f", "s3://b/x?y=../..", "s3://b/x?y=%2e%2e", "s3://b/x;y",
    "s3://b/../x", "s3://b/%2e%2e/x", "s3://b/./x", "s3://b/a\\b", "s3:b/x", "mlflow-artifacts:/../x", "mlflow-artifacts://h/x", "runs:/r/x", "models:/m/1",
    "s3://b/" + "x" * 2041, "s3://b/" + "x" * 2042,
]  # fmt: skip

NAMES = ["n", " ", "n" * 500, "n" * 501, "ünï 🦄", "a/b", "..", "a\nb", "'quoted\"", "<b>"]


def _shown(text):
    return repr(text) if len(text) < 60 else f"{text[:8]!r} x {len(text)}"


SCENARIOS = [
    Scenario(
        "experiments/the default one",
        [
            get("by id", f"{E}/get", {"experiment_id": "0"}),
            get("by name", f"{E}/get-by-name", {"experiment_name": "Default"}),
            post("again", f"{E}/create", {"name": "Default"}),
            post("deleted", f"{E}/delete", {"experiment_id": "0"}),
            post("a run in it while it is deleted", "runs/create", {"experiment_id": "0"}),
            post("restored", f"{E}/restore", {"experiment_id": "0"}),
        ],
    ),
    Scenario("experiments/ids", [get(_shown(text), f"{E}/get", {"experiment_id": text}) for text in IDS]),
    Scenario("experiments/names", [post(_shown(text), f"{E}/create", {"name": text}) for text in NAMES]),
    Scenario(
        "experiments/life",
        [
            post("create", f"{E}/create", {"name": "life", "tags": [{"key": "a", "value": "1"}, {"key": "b"}]}),
            post("a run", "runs/create", {"experiment_id": Captured("create", "experiment_id"), "run_name": "r"}),
            post("another run", "runs/create", {"experiment_id": Captured("create", "experiment_id"), "run_name": "s"}),
            post("the other run deleted", "runs/delete", {"run_id": Captured("another run", "run.info.run_id")}),
            get("found", f"{E}/get-by-name", {"experiment_name": "life"}),
            *[
                post(label, f"{E}/{verb}", {"experiment_id": Captured("create", "experiment_id")} | more)
                for label, verb, more in [
                    ("renamed", "update", {"new_name": "life 2"}),
                    ("renamed to the same", "update", {"new_name": "life 2"}),
                    ("renamed to one that is taken", "update", {"new_name": "Default"}),
                    ("renamed too long", "update", {"new_name": "n" * 501}),
                    ("tagged", "set-experiment-tag", {"key": "c", "value": "1"}),
                    ("tagged again", "set-experiment-tag", {"key": "c", "value": "2"}),
                    ("tagged without a value", "set-experiment-tag", {"key": "d"}),
                    ("tagged with a bad key", "set-experiment-tag", {"key": "a#", "value": "1"}),
                    ("tagged with a path", "set-experiment-tag", {"key": "../a", "value": "1"}),
                    ("tagged with a long key", "set-experiment-tag", {"key": "k" * 251, "value": "1"}),
                    ("tagged with a long value", "set-experiment-tag", {"key": "k", "value": "v" * 20_001}),
                    ("tag deleted", "delete-experiment-tag", {"key": "c"}),
                    ("tag deleted again", "delete-experiment-tag", {"key": "c"}),
                    ("deleted", "delete", {}),
                    ("deleted again", "delete", {}),
                    ("tagged while deleted", "set-experiment-tag", {"key": "c", "value": "1"}),
                    ("tag deleted while deleted", "delete-experiment-tag", {"key": "a"}),
                    ("renamed while deleted", "update", {"new_name": "life 3"}),
                ]
            ],
            get("deleted, by id", f"{E}/get", {"experiment_id": Captured("create", "experiment_id")}),
            get("deleted, by name", f"{E}/get-by-name", {"experiment_name": "life 2"}),
            post("its name is taken", f"{E}/create", {"name": "life 2"}),
            get("its run", "runs/get", {"run_id": Captured("a run", "run.info.run_id")}),
            post("restored", f"{E}/restore", {"experiment_id": Captured("create", "experiment_id")}),
            post("restored again", f"{E}/restore", {"experiment_id": Captured("create", "experiment_id")}),
            get("at the end", f"{E}/get", {"experiment_id": Captured("create", "experiment_id")}),
            get("its run at the end", "runs/get", {"run_id": Captured("a run", "run.info.run_id")}),
            get("its other run at the end", "runs/get", {"run_id": Captured("another run", "run.info.run_id")}),
        ],
    ),
    Scenario(
        "experiments/refused",
        [
            *[
                post(f"{verb}: {label}", f"{E}/{verb}", {"experiment_id": "0", "key": "k", "new_name": "n"} | fields)
                for verb in ("delete", "restore", "update", "set-experiment-tag", "delete-experiment-tag")
                for label, fields in [
                    ("nobody", {"experiment_id": "999"}),
                    ("no number", {"experiment_id": "x"}),
                    ("a number", {"experiment_id": 999}),
                    ("empty", {"experiment_id": ""}),
                    ("null", {"experiment_id": None}),
                ]
            ],
            get("no name", f"{E}/get-by-name", {"experiment_name": "nobody"}),
            get("empty name", f"{E}/get-by-name", {"experiment_name": ""}),
            get("nothing", f"{E}/get-by-name"),
            *[
                post(f"create: {label}", f"{E}/create", {"name": "refused"} | fields)
                for label, fields in [
                    ("name is a number", {"name": 5}),
                    ("name is empty", {"name": ""}),
                    ("location is a number", {"artifact_location": 5}),
                    ("tags are an object", {"tags": {}}),
                    ("a bad key", {"tags": [{"key": "a#", "value": "1"}]}),
                    ("no key", {"tags": [{}]}),
                    ("a long key", {"tags": [{"key": "k" * 251, "value": "1"}]}),
                    ("a long value", {"tags": [{"key": "k", "value": "v" * 20_001}]}),
                ]
            ],
            get("nothing was left", f"{E}/get-by-name", {"experiment_name": "refused"}),
        ],
    ),
]

# The Python server takes what ours refuses, so its experiments are counted otherwise from here on.
LAST = [
    Scenario(
        "experiments/locations",
        [
            post(_shown(text), f"{E}/create", {"name": f"location {number}", "artifact_location": text})
            for number, text in enumerate(LOCATIONS)
        ],
    ),
]
