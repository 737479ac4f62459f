"""Runs: what they take in, one by one and in batches, and what they show of it."""

from ..request import Captured, Request, Scenario, get, post

R = "runs"
RUN = Captured("run", "run.info.run_id")


def new(label: str = "run", **fields) -> Request:
    """Create a run; named, since made-up names differ."""
    return post(label, f"{R}/create", {"experiment_id": "0", "run_name": "r"} | fields)


def look(label: str) -> Request:
    """Read the scenario's run."""
    return get(label, f"{R}/get", {"run_id": RUN})


def of_run(verb: str, label: str, **fields) -> Request:
    """A request about the scenario's run."""
    return post(label, f"{R}/{verb}", {"run_id": RUN} | fields)


def metric(key="m", value=1, timestamp=1, **more) -> dict:
    """A point."""
    return {"key": key, "value": value, "timestamp": timestamp} | more


KEYS = [
    "k", "K", "with space", "with-dash", "dot.ted", "sla/shed", "col:on", "Prüfung", "a" * 250, " lead", "trail ",
    "a" * 251, "a!b", "a'b", "a#b", "a=b", "🦄", "/lead", "trail/", "a//b", "../a", "./a", ".", "..", " ", "new\nline",
]  # fmt: skip

VALUES = [0, -0.0, 1, -1.5, 1e300, 5e-324, 1.7976931348623157e308, "1.5", "NaN", "Infinity", "-Infinity", "1e400", True, "x", "", None]

def _shown(text):
    return repr(text) if len(text) < 40 else f"{text[0]!r} x {len(text)}"


SCENARIOS = [
    Scenario(
        "runs/create",
        [
            *[
                new(label, **fields)
                for label, fields in [
                    ("run", {"user_id": "ada", "start_time": 5, "tags": [{"key": "a", "value": "1"}, {"key": "b"}]}),
                    ("nobody's", {"experiment_id": "999"}),
                    ("no number", {"experiment_id": "x"}),
                    ("a number", {"experiment_id": 0}),
                    ("named by its tag", {"run_name": "", "tags": [{"key": "mlflow.runName", "value": "b"}]}),
                    ("named twice alike", {"tags": [{"key": "mlflow.runName", "value": "r"}]}),
                    ("named twice", {"tags": [{"key": "mlflow.runName", "value": "b"}]}),
                    ("blank name", {"run_name": " "}),
                    ("name is a number", {"run_name": 5}),
                    ("a negative start", {"start_time": -5}),
                    ("start as text", {"start_time": "7"}),
                    ("start is no number", {"start_time": "x"}),
                    ("a tag with a bad key", {"tags": [{"key": "a#", "value": "1"}]}),
                    ("in no words of its own", {"user_id": ""}),
                ]
            ],
            look("the run"),
            get("by its old name", f"{R}/get", {"run_uuid": RUN}),
            get("nobody", f"{R}/get", {"run_id": "nobody"}),
            get("empty", f"{R}/get", {"run_id": ""}),
            get("nothing", f"{R}/get"),
            new("without an experiment", experiment_id=""),
            new("a tag twice", tags=[{"key": "x", "value": "1"}, {"key": "x", "value": "2"}]),
            new("an empty name in the tag", tags=[{"key": "mlflow.runName", "value": ""}]),
            new("a long name", run_name="n" * 251),
            new("user is a number", user_id=5),
            new("tags are an object", tags={}),
            new("tags without a key", tags=[{}]),
        ],
    ),
    Scenario(
        "runs/update",
        [
            new(),
            *[
                of_run("update", label, **fields)
                for label, fields in [
                    ("nothing", {}),
                    ("ended", {"status": "FINISHED", "end_time": 5}),
                    ("by number", {"status": 4}),
                    ("by number as text", {"status": "5"}),
                    ("unknown status", {"status": "LOST"}),
                    ("status in lower case", {"status": "running"}),
                    ("unknown number", {"status": 9}),
                    ("end of 0", {"end_time": 0}),
                    ("negative end", {"end_time": -5}),
                    ("end is no number", {"end_time": "x"}),
                    ("named", {"run_name": "n"}),
                    ("empty name", {"run_name": ""}),
                    ("name is a number", {"run_name": 5}),
                ]
            ],
            look("after all that"),
            post("by its old name", f"{R}/update", {"run_uuid": RUN, "status": "KILLED"}),
            post("nobody", f"{R}/update", {"run_id": "nobody"}),
            post("nothing at all", f"{R}/update", {}),
            of_run("set-tag", "named by the tag", key="mlflow.runName", value="t"),
            of_run("set-tag", "not named by the tag", key="mlflow.runName", value=""),
            look("named, read"),
            of_run("delete-tag", "the tag of the name", key="mlflow.runName"),
            look("unnamed"),
        ],
    ),
    Scenario(
        "runs/deleted and restored",
        [
            new(),
            of_run("log-parameter", "before", key="p", value="1"),
            of_run("delete", "deleted"),
            of_run("delete", "deleted again"),
            look("deleted, read"),
            of_run("log-metric", "log-metric", **metric()),
            of_run("log-parameter", "log-parameter", key="p", value="1"),
            of_run("log-batch", "log-batch"),
            of_run("set-tag", "set-tag", key="a", value="1"),
            of_run("delete-tag", "delete-tag", key="a"),
            of_run("update", "update"),
            of_run("log-inputs", "log-inputs"),
            of_run("outputs", "outputs", models=[]),
            of_run("restore", "restored"),
            of_run("restore", "restored again"),
            look("at the end"),
            *[
                post(f"{verb}: {label}", f"{R}/{verb}", fields)
                for verb in ("delete", "restore")
                for label, fields in [("nobody", {"run_id": "nobody"}), ("nothing", {}), ("a number", {"run_id": 5})]
            ],
        ],
    ),
    Scenario(
        "runs/metrics",
        [
            new(),
            *[
                of_run("log-metric", f"{number}: value {value!r}", **metric(f"v{number}", value))
                for number, value in enumerate(VALUES)
            ],
            of_run("log-metric", "timestamp as text", **metric("t1", timestamp="5")),
            of_run("log-metric", "timestamp with a fraction of 0", **metric("t2", timestamp=5.0)),
            of_run("log-metric", "the last timestamp", **metric("t3", timestamp=2**63 - 1, step=-(2**63))),
            of_run("log-metric", "a negative timestamp", **metric("t4", timestamp=-1)),
            of_run("log-metric", "timestamp is no number", **metric("t5", timestamp="x")),
            of_run("log-metric", "timestamp is empty", **metric("t5", timestamp="")),
            of_run("log-metric", "no timestamp", key="t7", value=1),
            of_run("log-metric", "no value", key="t7", timestamp=1),
            of_run("log-metric", "half a dataset", **metric("t8", dataset_name="d")),
            of_run("log-metric", "a dataset", **metric("t8", dataset_name="d", dataset_digest="g")),
            of_run("log-metric", "model is a number", **metric("t9", model_id=5)),
            *[
                of_run("log-metric", f"{number}. point", **metric("m", value, timestamp, step=step))
                for number, (value, timestamp, step) in enumerate(
                    [(1.0, 10, 1), (9.0, 99, 0), (9.0, 9, 1), (0.5, 10, 1), (2.0, 10, 1), (-1.0, 11, 1), ("NaN", 0, 2), (-1, 0, 2), (1, 0, 2)]
                )
            ],
            look("the run"),
            post("by its old name", f"{R}/log-metric", {"run_uuid": RUN} | metric("old")),
            post("both names, one null", f"{R}/log-metric", {"run_id": None, "run_uuid": RUN} | metric("old", 2)),
            post("both names, one empty", f"{R}/log-metric", {"run_id": "", "run_uuid": RUN} | metric("old", 3)),
            post("nobody", f"{R}/log-metric", {"run_id": "nobody"} | metric()),
            post("nothing", f"{R}/log-metric", {}),
        ],
    ),
    Scenario(
        "runs/keys",
        [
            new(),
            *[of_run("log-metric", f"metric {_shown(key)}", **metric(key)) for key in KEYS],
            *[of_run("log-parameter", f"param {_shown(key)}", key=key, value="1") for key in KEYS],
            *[of_run("set-tag", f"tag {_shown(key)}", key=key, value="1") for key in KEYS],
            *[of_run("log-batch", f"metric in a batch {_shown(key)}", metrics=[metric(key)]) for key in KEYS],
            *[of_run("log-batch", f"param in a batch {_shown(key)}", params=[{"key": key, "value": "1"}]) for key in KEYS],
            *[of_run("log-batch", f"tag in a batch {_shown(key)}", tags=[{"key": key, "value": "1"}]) for key in KEYS],
            look("the run"),
        ],
    ),
    Scenario(
        "runs/params and tags",
        [
            new(),
            of_run("log-parameter", "a param", key="p", value="1"),
            of_run("log-parameter", "the same", key="p", value="1"),
            of_run("log-parameter", "another value", key="p", value="2"),
            of_run("log-parameter", "no value", key="q"),
            of_run("log-parameter", "a null value", key="q2", value=None),
            of_run("log-parameter", "a number", key="q3", value=5),
            of_run("log-parameter", "a long value", key="long", value="v" * 6001),
            of_run("log-batch", "other values in a batch", params=[{"key": "p", "value": "it's"}, {"key": "q", "value": "z"}, {"key": "new", "value": "1"}]),
            of_run("log-batch", "twice in a batch", params=[{"key": "d", "value": "1"}, {"key": "d", "value": "1"}]),
            of_run("set-tag", "a tag", key="t", value="1"),
            of_run("set-tag", "a tag again", key="t", value="2"),
            of_run("set-tag", "no tag's value", key="t2"),
            of_run("set-tag", "a tag's number", key="t3", value=5),
            of_run("set-tag", "a tag's long value", key="long", value="v" * 8001),
            of_run("log-batch", "tags in a batch", tags=[{"key": "b", "value": "1"}, {"key": "b", "value": "2"}, {"key": "mlflow.runName", "value": "z"}]),
            of_run("delete-tag", "delete a tag", key="t"),
            of_run("delete-tag", "delete it again", key="t"),
            of_run("delete-tag", "delete a bad key", key="a#"),
            look("the run"),
        ],
    ),
    Scenario(
        "runs/batches",
        [
            new(),
            of_run("log-batch", "nothing in it"),
            of_run("log-batch", "something of each", metrics=[metric("a", 0.5, step=3)], params=[{"key": "a", "value": "1"}], tags=[{"key": "a", "value": "1"}]),
            of_run("log-batch", "step as text", metrics=[metric("b", step="2")]),
            *[
                of_run("log-batch", label, **fields)
                for label, fields in [
                    ("metric without a key", {"metrics": [{"value": 1, "timestamp": 1}]}),
                    ("metric with an empty key", {"metrics": [metric("")]}),
                    ("metric without a value", {"metrics": [{"key": "a", "timestamp": 1}]}),
                    ("metric with an empty value", {"metrics": [metric(value="")]}),
                    ("metric without a timestamp", {"metrics": [metric(), {"key": "a", "value": 1}]}),
                    ("metric with a negative timestamp", {"metrics": [metric("f", timestamp=-1)]}),
                    ("metric with half a dataset", {"metrics": [metric(dataset_digest="d")]}),
                    ("param without a key", {"params": [{"value": "1"}]}),
                    ("tag without a key", {"tags": [{"value": "1"}]}),
                    ("tag with a null key", {"tags": [{"key": None}]}),
                    ("metrics are an object", {"metrics": {}}),
                    ("params are text", {"params": "x"}),
                    ("tags are a number", {"tags": 5}),
                    ("a field twice", {"metrics": [metric(model_id="a", modelId="b")]}),
                    ("too many metrics", {"metrics": [metric()] * 1001}),
                    ("too many params", {"params": [{"key": f"k{n}", "value": "1"} for n in range(101)]}),
                    ("too many tags", {"tags": [{"key": "k", "value": "1"}] * 101}),
                    ("too much together", {"metrics": [metric()] * 950, "tags": [{"key": "k", "value": "1"}] * 51}),
                ]
            ],
            look("the run"),
            post("bad id", f"{R}/log-batch", {"run_id": "bad id!"}),
            post("nobody", f"{R}/log-batch", {"run_id": "nobody"}),
            post("no id", f"{R}/log-batch", {}),
        ],
    ),
    Scenario(
        "runs/wrong types inside",
        [
            new(),
            *[
                of_run("log-batch", label, **fields)
                for label, fields in [
                    ("metric's key", {"metrics": [metric(5)]}),
                    ("metric's value", {"metrics": [metric("w", "x")]}),
                    ("metric's timestamp", {"metrics": [metric("w", timestamp="x")]}),
                    ("metric's fraction of a timestamp", {"metrics": [metric("w", timestamp=1.5)]}),
                    ("metric's step", {"metrics": [metric("w", step="x")]}),
                    ("second metric's value", {"metrics": [metric("w"), metric("w2", "x")]}),
                    ("param's value", {"params": [{"key": "w", "value": 5}]}),
                    ("tag's value", {"tags": [{"key": "w", "value": 5}]}),
                    ("a number for a metric", {"metrics": [5]}),
                    ("null for a metric", {"metrics": [None]}),
                    ("null for metrics", {"metrics": None}),
                ]
            ],
            of_run("log-metric", "timestamp beyond 64 bits", **metric("t6", timestamp=2**63)),
            of_run("log-inputs", "a number for a dataset", datasets=[5]),
            of_run("log-inputs", "dataset's name", datasets=[{"dataset": {"name": 5}}]),
            of_run("outputs", "model's step", models=[{"model_id": "m-w", "step": "x"}]),
        ],
    ),
    Scenario(
        "runs/inputs and outputs",
        [
            new(),
            *[
                of_run("log-inputs", label, datasets=[{"dataset": {"name": "d", "digest": "g", "source_type": "s", "source": "{}"} | fields, "tags": tags}])
                for label, fields, tags in [
                    ("a dataset", {}, []),
                    ("the same with more", {"schema": "s", "profile": "p"}, [{"key": "context", "value": "train"}]),
                    ("another", {"name": "e", "schema": "s", "profile": "p"}, [{"key": "context", "value": "train"}, {"key": "a", "value": "b"}]),
                    ("a long name", {"name": "n" * 501}, []),
                    ("a long digest", {"digest": "n" * 37}, []),
                    ("a long source", {"source": "n" * 65_536}, []),
                    ("a tag's long key", {"name": "f"}, [{"key": "k" * 256, "value": "v"}]),
                    ("a tag's long value", {"name": "f"}, [{"key": "k", "value": "v" * 501}]),
                ]
            ],
            of_run("log-inputs", "nothing"),
            of_run("log-inputs", "datasets are an object", datasets={}),
            of_run("log-inputs", "a model", models=[{"model_id": "m-1"}]),
            of_run("log-inputs", "the model again", models=[{"model_id": "m-1"}]),
            post("bad id", f"{R}/log-inputs", {"run_id": "bad id!", "datasets": []}),
            post("nobody", f"{R}/log-inputs", {"run_id": "nobody", "datasets": []}),
            of_run("outputs", "a model brought forth", models=[{"model_id": "m-1", "step": 3}]),
            of_run("outputs", "another without a step", models=[{"model_id": "m-2"}]),
            of_run("outputs", "none", models=[]),
            of_run("outputs", "models missing"),
            look("the run"),
            of_run("outputs", "the model brought forth again", models=[{"model_id": "m-1", "step": 3}]),
            of_run("log-inputs", "a dataset without anything", datasets=[{}]),
            of_run("log-inputs", "a tag twice", datasets=[{"dataset": {"name": "t"}, "tags": [{"key": "k", "value": "1"}, {"key": "k", "value": "2"}]}]),
        ],
    ),
    Scenario(
        "runs/models of old clients",
        [
            new(),
            *[
                of_run("log-model", label, model_json=text)
                for label, text in [
                    ("no JSON", "x"),
                    ("nothing in it", "{}"),
                    ("a number", 5),
                    ("a list", "[]"),
                ]
            ],
            of_run("log-model", "nothing"),
        ],
    ),
]
