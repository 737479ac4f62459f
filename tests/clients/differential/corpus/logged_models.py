"""Logged models, and versions that come from them or from runs."""

from ..request import Captured, Request, Scenario, delete, get, model, patch, post, version, within

L, V = "logged-models", "model-versions"
RUN = Captured("run", "run.info.run_id")
OTHER_RUN = Captured("other run", "run.info.run_id")
MODEL = Captured("model", "model.info.model_id")
OTHER = Captured("other", "model.info.model_id")


def new(label: str, **fields) -> Request:
    """Create a logged model; named, since made-up names differ."""
    return post(label, L, {"experiment_id": "0", "name": "n"} | fields)


def run(label: str) -> Request:
    """Create a run."""
    return post(label, "runs/create", {"experiment_id": "0", "run_name": "r"})


def look(label: str) -> Request:
    """Read the scenario's logged model."""
    return get(label, within(f"{L}/{{}}", MODEL))


def finalize(label: str, **fields) -> Request:
    """Say how far the scenario's logged model is."""
    return patch(label, within(f"{L}/{{}}", MODEL), {"model_id": MODEL} | fields)


def tag(label: str, tags) -> Request:
    """Set tags."""
    return patch(label, within(f"{L}/{{}}/tags", MODEL), {"tags": tags})


def log(label: str, params, **fields) -> Request:
    """Log params."""
    return post(label, within(f"{L}/{{}}/params", MODEL), {"model_id": MODEL, "params": params} | fields)


def pair(key: str, value: str) -> dict:
    """A tag or a param."""
    return {"key": key, "value": value}


NAMES = ["model", "a/b", "a:b", "a.b", "a%b", 'a"b', "a'b", "a b", "ü", "a\\b", " ", "-", 5, []]
STATUSES = [
    9, -1, "READY", "ready", "", None, [], 1.5, True,
    "LOGGED_MODEL_PENDING", "LOGGED_MODEL_UPLOAD_FAILED", "LOGGED_MODEL_STATUS_UNSPECIFIED", 0, 1, 3, "2",
    "LOGGED_MODEL_READY",
]  # fmt: skip

SCENARIOS = [
    Scenario(
        "logged models/create",
        [
            run("run"),
            new(
                "model",
                model_type="t",
                source_run_id=RUN,
                params=[pair("b", "2"), pair("a", "1")],
                tags=[pair("z", "1"), pair("y", "2")],
            ),
            look("the model"),
            *[new(f"named {name!r}", name=name) for name in NAMES],
            *[
                new(label, **fields)
                for label, fields in [
                    ("nobody's", {"experiment_id": "999"}),
                    ("no number", {"experiment_id": "x"}),
                    ("no experiment", {"experiment_id": ""}),
                    ("a number", {"experiment_id": 0}),
                    ("run of nobody", {"source_run_id": "nobody"}),
                    ("run is a number", {"source_run_id": 5}),
                    ("type is a number", {"model_type": 5}),
                    ("params are a word", {"params": "x"}),
                    ("params are an object", {"params": {}}),
                    ("no params", {"params": []}),
                    ("tags are a word", {"tags": "x"}),
                    ("a param without value", {"params": [{"key": "a"}]}),
                    ("odd keys", {"tags": [pair("a/b", "1"), pair("a#b", "2"), pair("ü x", "3")]}),
                ]
            ],
            post("nothing", L, {}),
            post("in camel case", L, {"experimentId": "0", "name": "n"}),
            get("nobody", f"{L}/m-nobody"),
            new("a param twice", params=[pair("a", "1"), pair("a", "2")]),
            new("a tag twice", tags=[pair("a", "1"), pair("a", "2")]),
        ],
    ),
    Scenario(
        "logged models/finalize",
        [
            new("model"),
            *[finalize(f"as {status!r}", status=status) for status in STATUSES],
            look("in the end"),
            patch("without the id", within(f"{L}/{{}}", MODEL), {"status": "LOGGED_MODEL_READY"}),
            finalize("without a status"),
            patch("nobody", f"{L}/m-nobody", {"model_id": "m-nobody", "status": 2}),
        ],
    ),
    Scenario(
        "logged models/tags and params",
        [
            new("model"),
            tag("set", [pair("a", "1"), pair("b", "2")]),
            tag("set again", [pair("a", "3"), pair("a", "4")]),
            tag("none", []),
            tag("without a value", [{"key": "c"}]),
            tag("odd keys", [pair("a/b", "1"), pair("a#b", "2"), pair("..", "3")]),
            tag("a word", "x"),
            patch("nothing", within(f"{L}/{{}}/tags", MODEL), {}),
            patch("of nobody", f"{L}/m-nobody/tags", {"tags": [pair("a", "1")]}),
            look("with tags"),
            delete("deleted", within(f"{L}/{{}}/tags/a", MODEL)),
            delete("deleted again", within(f"{L}/{{}}/tags/a", MODEL)),
            delete("an odd key", within(f"{L}/{{}}/tags/a%23b", MODEL)),
            delete("of nobody's", f"{L}/m-nobody/tags/a"),
            log("logged", [pair("p", "1"), pair("q", "")]),
            log("logged again", [pair("p", "1")]),
            log("logged otherwise", [pair("p", "2")]),
            log("no params", []),
            log("params are a word", "x"),
            post("params without the id", within(f"{L}/{{}}/params", MODEL), {"params": []}),
            post("params of nobody", f"{L}/m-nobody/params", {"model_id": "m-nobody", "params": [pair("p", "1")]}),
            look("with params"),
        ],
    ),
    Scenario(
        "logged models/deleted",
        [
            new("model"),
            delete("deleted", within(f"{L}/{{}}", MODEL)),
            look("read"),
            delete("deleted again", within(f"{L}/{{}}", MODEL)),
            get("read all the same", within(f"{L}/{{}}", MODEL), {"allow_deleted": "true"}),
            finalize("finalized", status=2),
            tag("tagged", [pair("a", "1")]),
            log("param", [pair("p", "1")]),
            delete("nobody", f"{L}/m-nobody"),
            model("of-a-deleted"),
            version("of-a-deleted", "registered", within("models:/{}", MODEL), model_id=MODEL),
        ],
    ),
    Scenario(
        "logged models/registered",
        [
            run("run"),
            run("other run"),
            new("model", source_run_id=RUN),
            new("other"),
            model("lm"),
            *[
                version("lm", label, source, **fields)
                for label, source, fields in [
                    ("from a model", within("models:/{}", MODEL), {"model_id": MODEL}),
                    ("with its run", within("models:/{}", MODEL), {"model_id": MODEL, "run_id": RUN}),
                    ("with another run", within("models:/{}", MODEL), {"model_id": MODEL, "run_id": OTHER_RUN}),
                    ("with an empty run", within("models:/{}", MODEL), {"model_id": MODEL, "run_id": ""}),
                    ("without the id", within("models:/{}", MODEL), {}),
                    ("with another id", within("models:/{}", MODEL), {"model_id": OTHER}),
                    ("from a model without a run", within("models:/{}", OTHER), {"model_id": OTHER}),
                    ("from an opaque place", "s3://b/x", {"model_id": MODEL}),
                    ("from an opaque place of nobody", "s3://b/x", {"model_id": "m-nobody"}),
                    ("from its place", within("mlflow-artifacts:/0/models/{}/artifacts", MODEL), {"model_id": MODEL}),
                    ("from below its place", within("mlflow-artifacts:/0/models/{}/artifacts/x", MODEL), {"model_id": MODEL}),
                    ("from another place", within("mlflow-artifacts:/0/models/{}/artifacts", OTHER), {"model_id": MODEL}),
                    ("from its place by its run", within("mlflow-artifacts:/0/models/{}/artifacts", MODEL), {"run_id": RUN}),
                    ("from a run", within("runs:/{}/m", RUN), {"run_id": RUN}),
                    ("from another run", within("runs:/{}/m", RUN), {"run_id": OTHER_RUN}),
                    ("from a run by the model", within("runs:/{}/m", RUN), {"model_id": MODEL}),
                    ("from a run's place", within("mlflow-artifacts:/0/{}/artifacts/m", RUN), {"run_id": RUN}),
                    ("from a run's root", within("mlflow-artifacts:/0/{}/artifacts", RUN), {"run_id": RUN}),
                    ("from beside a run's place", within("mlflow-artifacts:/0/{}/artifactsx", RUN), {"run_id": RUN}),
                    ("from above a run's place", within("mlflow-artifacts:/0/{}/artifacts/../..", RUN), {"run_id": RUN}),
                    ("from a run's place by another", within("mlflow-artifacts:/0/{}/artifacts", RUN), {"run_id": OTHER_RUN}),
                    ("from a host", within("mlflow-artifacts://h/0/{}/artifacts", RUN), {"run_id": RUN}),
                    ("from a path, with a run", "/etc", {"run_id": RUN}),
                    ("from a path, with a model", "/etc", {"model_id": MODEL}),
                    ("from a file, with a run", "file:///etc", {"run_id": RUN}),
                ]
            ],
            get("where the first is", f"{V}/get-download-uri", {"name": "lm", "version": "1"}),
            look("lists its versions"),
        ],
    ),
]

# Counted ids of experiments show, so these come before anything that one server takes and the other does not.
FIRST = [
    Scenario(
        "logged models/search",
        [
            post("experiment", "experiments/create", {"name": "of logged models"}),
            *[
                post(name, L, {"experiment_id": Captured("experiment", "experiment_id"), "name": name, "params": params})
                for name, params in [("c", []), ("a", [pair("lr", "1")]), ("b", [pair("lr", "2")]), ("model", [])]
            ],
            *[
                post(label, f"{L}/search", {"experiment_ids": [Captured("experiment", "experiment_id")]} | fields)
                for label, fields in [
                    ("everything", {}),
                    ("by name", {"filter": "name = 'a'"}),
                    ("by names", {"filter": "name != 'a' AND name != 'b'"}),
                    ("like a name", {"filter": "name LIKE '%o%'"}),
                    ("by param", {"filter": "params.lr = '1'"}),
                    ("by no such tag", {"filter": "tags.t = '1'"}),
                    ("by no such metric", {"filter": "metrics.auc > 0"}),
                    ("by nonsense", {"filter": "nonsense"}),
                    ("by an entity that is none", {"filter": "foo.bar = 'x'"}),
                    ("ordered", {"order_by": [{"field_name": "name", "ascending": True}]}),
                    ("ordered backwards", {"order_by": [{"field_name": "name", "ascending": False}]}),
                    ("ordered by nothing known", {"order_by": [{"field_name": "nope"}]}),
                    ("ordered by a param", {"order_by": [{"field_name": "params.lr"}]}),
                    ("ordered by a metric nobody has", {"order_by": [{"field_name": "metrics.auc"}]}),
                    ("two", {"max_results": 2}),
                    ("the other two", {"max_results": 2, "page_token": Captured("two")}),
                    ("none asked for", {"max_results": 0}),
                    ("a token that is none", {"page_token": "x"}),
                    ("on a dataset without a name", {"datasets": [{"dataset_digest": "d"}]}),
                ]
            ],
            post("in no experiment", f"{L}/search", {"experiment_ids": []}),
            post("without experiments", f"{L}/search", {}),
            post("in nobody's experiment", f"{L}/search", {"experiment_ids": ["987654"]}),
            post("experiments are a word", f"{L}/search", {"experiment_ids": "0"}),
        ],
    ),
]
