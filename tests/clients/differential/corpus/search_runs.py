"""The search of runs: grammar, comparators, views, order, pages; and the histories of metrics."""

from ..request import AJAX, Captured, Scenario, get, post

R, M = "runs", "metrics"
EXPERIMENT = Captured("experiment", "experiment_id")
NAN = "NaN"


def run(name: str, started: int):
    """Create a run."""
    body = {"experiment_id": EXPERIMENT, "run_name": name, "user_id": "ada", "start_time": started}
    return post(f"run {name}", f"{R}/create", body)


def run_id(name: str) -> Captured:
    """The id of a run made earlier."""
    return Captured(f"run {name}", "run.info.run_id")


def log(name: str, metrics=(), params=(), tags=()):
    """Log a batch."""
    return post(
        f"log {name}",
        f"{R}/log-batch",
        {
            "run_id": run_id(name),
            "metrics": [{"key": k, "value": v, "timestamp": t, "step": s} for k, v, t, s in metrics],
            "params": [{"key": k, "value": v} for k, v in params],
            "tags": [{"key": k, "value": v} for k, v in tags],
        },
    )


def dataset(name: str, of: str, context: str):
    """Log a dataset."""
    return post(
        f"dataset {of} of {name}",
        f"{R}/log-inputs",
        {
            "run_id": run_id(name),
            "datasets": [
                {
                    "tags": [{"key": "mlflow.data.context", "value": context}],
                    "dataset": {"name": of, "digest": f"{of}-1", "source_type": "local", "source": "{}"},
                }
            ],
        },
    )


RUNS = [
    post("experiment", "experiments/create", {"name": "sr"}),
    run("one", 1000),
    run("two", 2000),
    run("three", 2500),
    run("four", 3000),
    run("gone", 4000),
    log("one", [("acc", 0.9, 1, 0), ("acc", 0.5, 2, 1), ("a b", 1, 1, 0)], [("lr", "0.1"), ("x/y", "z")], [("team", "red"), ("my tag", "x")]),
    log("two", [("acc", NAN, 1, 0), ("loss", -3.5, 1, 0)], [("lr", "0.2")], [("team", "Red")]),
    log("three", [("acc", 0, 1, 0), ("loss", 1e10, 1, 0)], [("lr", "")], [("team", "blue")]),
    log("four", [("loss", "Infinity", 1, 0)], [], []),
    log("gone", [("acc", 0.5, 1, 0)], [], []),
    dataset("one", "iris", "train"),
    dataset("two", "wine", "train"),
    dataset("two", "iris", "eval"),
    post("end one", f"{R}/update", {"run_id": run_id("one"), "status": "FINISHED", "end_time": 5000}),
    post("fail three", f"{R}/update", {"run_id": run_id("three"), "status": "FAILED", "end_time": 4000}),
    post("delete gone", f"{R}/delete", {"run_id": run_id("gone")}),
]  # fmt: skip

CLAUSES = [
    "metrics.acc > 0.4", "metrics.acc >= 0.5", "metrics.acc < 0.5", "metrics.acc <= 0", "metrics.acc = 0.5", "metrics.acc != 0.5", "metrics.acc = 0", "metrics.acc != 7", "metric.acc > 0", "`metrics`.acc > 0", "\"metrics\".acc > 0", "metrics.`a b` = 1", "metrics.\"a b\" = 1", "metrics.'a b' = 1", "metrics.a b = 1", "metrics.a-b = 1", "metrics.loss > 1e9", "metrics.loss > 1e300", "metrics.loss < -3.4", "metrics.loss > -.5e1", "metrics.acc > 5.", "metrics.acc > '0'", "metrics.acc > x", "metrics.acc > nan", "metrics.acc = NULL", "metrics.acc IS NULL", "metrics.acc IS NOT NULL", "metrics.acc IN (1)", "metrics.acc LIKE '1'", "metrics.acc LIKE 1", "metrics.acc <> 1", "metrics.acc == 1", "metrics.acc > +1", "metrics.nobody > 0", "metrics.nobody != 0", "metrics.acc > 0 AND metrics.loss < 0", "Metrics.acc > 0",
    "params.lr = '0.1'", "param.lr = '0.1'", "parameter.lr = '0.1'", "parameters.lr = \"0.1\"", "params.lr != '0.1'", "params.lr LIKE '0.%'", "params.lr ILIKE '0.%'", "params.lr like '0.%'", "params.lr = ''", "params.lr IS NULL", "params.lr IS NOT NULL", "params.lr = 0.1", "params.lr = x", "params.lr = `x`", "params.lr IN ('0.1')", "params.lr > '0'", "params.lr NOT LIKE '0'", "params.lr RLIKE '0'", "params.`x/y` = 'z'", "params.x/y = 'z'", "params.nobody IS NULL", "params.nobody != 'x'", "params.lr IS NULL 'x'", "params.lr IS", "params.lr = NULL",
    "tags.team = 'red'", "tag.team = 'red'", "tags.team != 'red'", "tags.team LIKE 'r%'", "tags.team ILIKE 'r%'", "tags.team ilike 'r%'", "tags.team IS NULL", "tags.team is not null", "tags.team IS NULL AND metrics.loss > 0", "tags.`my tag` = 'x'", "tags.\"my tag\" = 'x'", "tags.my tag = 'x'", "tags.team = 1", "tags.team > 'a'", "tags.team IN ('red')", "tags.mlflow.runName = 'two'", "tags.`mlflow.runName` LIKE 't%'", "tags.team = 'red' AND tags.`my tag` = 'x'", "tags.team LIKE '%e%' AND params.lr LIKE '0%' AND metrics.acc > 0",
    "status = 'FINISHED'", "attribute.status = 'RUNNING'", "attributes.status != 'RUNNING'", "attr.status LIKE 'F%'", "run.status ILIKE 'f%'", "status = 'finished'", "status IN ('FINISHED')", "status > 'A'", "status IS NULL", "status = FINISHED", "Status = 'FINISHED'", "`status` = 'FINISHED'", "\"status\" = 'FINISHED'", "'status' = 'FINISHED'",
    "run_name = 'two'", "run_name LIKE 't%'", "run_name ILIKE 'T%'", "attributes.run_name != 'two'", "attributes.`run name` = 'two'", "attributes.\"Run Name\" = 'two'", "`Run name` = 'two'", "run_name IN ('two')", "run_name > 'a'",
    "run_id = 'nobody'", "run_id != 'nobody'", "run_id LIKE '%'", "run_id IN ('nobody')", "run_id NOT IN ('nobody')", "run_id in ('nobody', 'else')", "run_id = ('a')", "run_id IN ()", "run_id IN (1)", "run_id IN ('a' 'b')", "run_id IN 'a'", "run_id > 'a'",
    "user_id = 'ada'", "user_id != 'ada'", "user_id LIKE 'a%'", "artifact_uri LIKE '%/artifacts'", "artifact_uri = 'x'",
    "start_time = 2000", "start_time > 1000", "start_time >= 1000.5", "start_time < 2000", "start_time <= 2000", "start_time != 2000", "start_time > '1000'", "start_time > x", "start_time LIKE '1'", "start_time LIKE 1", "start_time IN (1000)", "start_time <> 1", "created > 1000", "attribute.Created = 1000", "end_time > 0", "end_time <= 4000", "end_time != 4000", "end_time IS NULL", "attributes.end_time = 5000",
    "dataset.name = 'iris'", "datasets.name != 'iris'", "datasets.name LIKE 'i%'", "datasets.name ILIKE 'I%'", "datasets.name IN ('iris', 'wine')", "datasets.name NOT IN ('iris')", "datasets.name = 1", "datasets.name > 'a'", "datasets.name IS NULL", "datasets.digest = 'iris-1'", "datasets.digest LIKE 'wine%'", "datasets.context = 'train'", "datasets.context IN ('eval')", "datasets.context != 'train'", "datasets.name = 'wine' AND datasets.context = 'eval'", "datasets.profile = 'x'", "datasets.name = iris",
    "experiment_id = '1'", "lifecycle_stage = 'active'", "source_name = 'x'", "nonsense = 'x'", "foo.bar = 'x'", "`metrics.acc` > 0", "params = 'x'", "1 = 1", "metrics = 1",
    "status = 'RUNNING' OR status = 'FAILED'", "(status = 'RUNNING')", "NOT status = 'RUNNING'", "status = 'RUNNING", "status", "status =", "= 'x'", "status = 'RUNNING';", "status = 'a'; status = 'b'", "status BETWEEN 'A' AND 'Z'", "status = 'RUNNING' start_time > 1", "status = 'RUNNING' AND", "AND", "status = 'RUNNING' -- x", "status = 'RUNNING' LIMIT 1", "status = 'a', status = 'b'",
]  # fmt: skip

ORDERS = [
    ["metrics.acc"], ["metrics.acc DESC"], ["metrics.acc asc"], ["metric.acc DESC"], ["metrics.`a b` DESC"], ["metrics.\"a b\""], ["`metrics.acc` DESC"], ["metrics.loss"], ["metrics.loss DESC"], ["metrics.nobody"], ["params.lr"], ["params.lr DESC"], ["parameter.lr"], ["params.`x/y`"], ["tags.team"], ["tags.team DESC"], ["tags.`my tag`"], ["tag.mlflow.runName"], ["start_time"], ["start_time ASC"], ["start_time DESC"], ["created"], ["attribute.Created DESC"], ["end_time"], ["end_time DESC"], ["status"], ["attributes.status DESC"], ["run_name"], ["attributes.run_name DESC"], ["user_id"],
    ["status", "metrics.acc DESC"], ["start_time DESC", "metrics.loss"], ["params.lr", "tags.team DESC"], ["user_id", "run_name DESC"],
    ["metrics.acc", "metrics.acc"], ["metrics.acc", "metric.acc DESC"], ["start_time", "created"], ["dataset.name"], ["dataset.foo"], ["foo"], ["foo.bar"], ["experiment_id"], ["lifecycle_stage"], ["`run name`"], ["Run Name"], [""], [" "], ["metrics.acc nonsense"], ["metrics.acc DESC NULLS LAST"], ["metrics.acc, metrics.loss"], ["metrics.a-b"], ["'status'"], ["status desc desc"], ["START_TIME"],
]  # fmt: skip


def search(label: str, **fields):
    """Search the runs of the scenario's experiment."""
    return post(label, f"{R}/search", {"experiment_ids": [EXPERIMENT]} | fields)


def named(scenario_requests: list, name: str) -> list:
    """The same requests over an experiment of another name."""
    return [
        post(request.label, request.path, request.body | {"name": name}) if request.label == "experiment" else request
        for request in scenario_requests
    ]


HISTORY, BULK, INTERVAL = f"{M}/get-history", f"{AJAX}{M}/get-history-bulk", f"{M}/get-history-bulk-interval"
POINTS = [
    post("experiment", "experiments/create", {"name": "sr-history"}),
    run("long", 1),
    run("short", 2),
    log("long", [("m", i / 4, 1000 - 7 * i, i) for i in range(23)]),
    log("short", [("m", NAN, 5, 0), ("m", 0, 5, 0), ("m", 1, 5, 0), ("m", -1, 5, 0), ("m", 2, 4, 9), ("n", 1, 1, 1)]),
]

SCENARIOS = [
    Scenario(
        "search runs/grammar",
        [
            *named(RUNS, "sr-grammar"),
            search("everything"),
            *[search(clause[:90], filter=clause) for clause in CLAUSES],
            *[search(f"whole: {text!r}", filter=text) for text in (" ", ";", "()", "'", "status = 'x' AND (")],
            *[search(f"view {view}", run_view_type=view) for view in ("ACTIVE_ONLY", "DELETED_ONLY", "ALL", "NONSENSE", 2, 3)],
        ],
    ),
    Scenario(
        "search runs/order",
        [*named(RUNS, "sr-order"), *[search(f"by {order}", order_by=order) for order in ORDERS], search("by a word", order_by="start_time")],
    ),
    Scenario(
        "search runs/pages",
        [
            *named(RUNS, "sr-pages"),
            *[search(f"{size!r} results", max_results=size) for size in (0, -1, 50001, 50000, "2", "x", 1.5, None)],
            search("first", max_results=2, order_by=["metrics.acc DESC"]),
            search("second", max_results=2, order_by=["metrics.acc DESC"], page_token=Captured("first")),
            search("first by param", max_results=3, order_by=["params.lr"]),
            search("second by param", max_results=3, order_by=["params.lr"], page_token=Captured("first by param")),
            search("a bad token", page_token="x"),
            search("an empty token", page_token=""),
            *[
                post(f"experiments {ids!r}", f"{R}/search", {"experiment_ids": ids} if ids is not None else {})
                for ids in (None, [], ["x"], [""], ["0", "x"], ["987654"], ["-1"], ["99999999999999999999"], "0")
            ],
            post("twice the same", f"{R}/search", {"experiment_ids": [EXPERIMENT, EXPERIMENT, "0"], "max_results": 3}),
            post("a bad experiment and a bad filter", f"{R}/search", {"experiment_ids": ["x"], "filter": "foo"}),
            get("by GET", f"{R}/search"),
        ],
    ),
    Scenario(
        "metric histories",
        [
            *POINTS,
            get("whole", HISTORY, {"run_id": run_id("long"), "metric_key": "m"}),
            get("equal times", HISTORY, {"run_id": run_id("short"), "metric_key": "m"}),
            get("by run_uuid", HISTORY, {"run_uuid": run_id("short"), "metric_key": "n"}),
            get("first", HISTORY, {"run_id": run_id("short"), "metric_key": "m", "max_results": "2"}),
            get("second", HISTORY, {"run_id": run_id("short"), "metric_key": "m", "max_results": "2", "page_token": Captured("first")}),
            get("third", HISTORY, {"run_id": run_id("short"), "metric_key": "m", "max_results": "2", "page_token": Captured("second")}),
            *[get(f"max_results {size}", HISTORY, {"run_id": run_id("short"), "metric_key": "m", "max_results": size}) for size in ("0", "-1", "x", "5", "99999")],
            get("no metric", HISTORY, {"run_id": run_id("long"), "metric_key": "nobody"}),
            get("no run", HISTORY, {"run_id": "nobody", "metric_key": "m"}),
            get("without a run", HISTORY, {"metric_key": "m"}),
            get("without a metric", HISTORY, {"run_id": run_id("long")}),
            get("a bad token", HISTORY, {"run_id": run_id("long"), "metric_key": "m", "page_token": "x"}),
            get("bulk of one", BULK, {"run_id": run_id("long"), "metric_key": "m"}),
            get("bulk, few", BULK, {"run_id": run_id("long"), "metric_key": "m", "max_results": "3"}),
            get("bulk, none", BULK, {"run_id": run_id("long"), "metric_key": "m", "max_results": "0"}),
            get("bulk, a word", BULK, {"run_id": run_id("long"), "metric_key": "m", "max_results": "x"}),
            get("bulk, less than none", BULK, {"run_id": run_id("long"), "metric_key": "n", "max_results": "-1"}),
            get("bulk, no run", BULK, {"run_id": "nobody", "metric_key": "m"}),
            get("bulk, no metric", BULK, {"run_id": run_id("long"), "metric_key": "nobody"}),
            get("bulk, without a run", BULK, {"metric_key": "m"}),
            get("bulk, without a metric", BULK, {"run_id": "nobody"}),
            get("bulk, too many runs", BULK, {"run_id": [f"r{i}" for i in range(101)], "metric_key": "m"}),
            get("bulk below /api", f"{M}/get-history-bulk", {"run_id": "nobody", "metric_key": "m"}),
            *[get(f"sample of {size}", INTERVAL, {"run_ids": run_id("long"), "metric_key": "m", "max_results": size}) for size in ("1", "2", "3", "4", "7", "22", "23", "24", "2500", "0", "2501", "-1", "x")],
            get("sample of all", INTERVAL, {"run_ids": [run_id("short"), run_id("long")], "metric_key": "m"}),
            get("sample of equal steps", INTERVAL, {"run_ids": run_id("short"), "metric_key": "m", "max_results": "3"}),
            *[get(f"sample from {a} to {b}", INTERVAL, {"run_ids": run_id("long"), "metric_key": "m", "max_results": "4", "start_step": a, "end_step": b}) for a, b in (("2", "9"), ("5", "5"), ("9", "2"), ("100", "200"), ("-5", "3"), ("x", "3"), ("1", "x"))],
            get("sample from a step on", INTERVAL, {"run_ids": run_id("long"), "metric_key": "m", "start_step": "2"}),
            get("sample up to a step", INTERVAL, {"run_ids": run_id("long"), "metric_key": "m", "end_step": "2"}),
            get("sample of no run", INTERVAL, {"run_ids": "nobody", "metric_key": "m"}),
            get("sample without a run", INTERVAL, {"metric_key": "m"}),
            get("sample without a metric", INTERVAL, {"run_ids": run_id("long")}),
            get("sample of too many runs", INTERVAL, {"run_ids": [f"r{i}" for i in range(101)], "metric_key": "m"}),
            get("sample of 4", INTERVAL, {"run_ids": run_id("long"), "metric_key": "m", "max_results": "4"}).through_ajax(),
        ],
    ),
]  # fmt: skip
