"""The search of experiments: grammar, comparators, views, order, pages."""

from ..request import Captured, Scenario, get, post

E = "experiments"


def experiment(name: str, *tags: tuple[str, str]):
    """Create an experiment."""
    return post(f"experiment {name}", f"{E}/create", {"name": name, "tags": [{"key": k, "value": v} for k, v in tags]})


CLAUSES = [
    "name = 'se-one'", "name = 'SE-ONE'", "name != 'se-one'", "name LIKE 'se-t%'", "name ILIKE 'SE-T%'", "name like 'se-t%'", "name ilike 'SE-T%'", "name IN ('se-one')", "name > 'a'", "name NOT LIKE 'x'", "name RLIKE 'x'", "attribute.name = 'se-one'", "attributes.name = 'se-one'", "attr.name = 'x'", "`name` = 'se-one'", "\"name\" = 'se-one'", "name = \"se-one\"", "name = se-one", "name = 5", "name IS NULL", "name <> 'x'", "name == 'x'", "NAME = 'x'",
    "experiment_id = '0'", "experiment_id != '0'", "experiment_id = 0", "experiment_id IN ('0')", "experiment_id NOT IN ('0', '99')", "experiment_id IN (0)", "experiment_id IN ()", "experiment_id = 'x'", "experiment_id IN ('0', 'x')", "experiment_id LIKE '0'", "experiment_id > '0'", "experiment_id = '99999999999999999999'", "experiment_id = ' 0 '", "experiment_id IS NOT NULL",
    "creation_time > 0", "creation_time >= 0", "creation_time < 1", "creation_time <= 1", "creation_time = 1", "creation_time != 1", "creation_time > '0'", "creation_time > 0.5", "creation_time LIKE 1", "creation_time IN (1)", "creation_time > -1", "creation_time > 99999999999999999999", "creation_time IS NULL", "last_update_time > 0", "last_update_time < 1", "last_update_time <> 1", "attribute.creation_time > 0",
    "tags.k = 'v1'", "tag.k = 'v1'", "tags.k != 'v1'", "tags.k LIKE 'v%'", "tags.k ILIKE 'V%'", "tags.k IS NULL", "tags.k IS NOT NULL", "tag.k is not null", "tags.k = 1", "tags.k > 'v'", "tags.k IN ('v1')", "tags.`a b` = 'x'", "tags.\"a b\" = 'x'", "tags.a.b = 'y'", "tags.a-b = 'x'", "tags.k = 'v1' AND tags.`a b` = 'x'", "tags.k = 'v1' AND tags.k = 'v2'", "tags.nobody != 'x'", "tags.k IS NULL 'x'",
    "lifecycle_stage = 'active'", "artifact_location = 'x'", "nonsense = 'x'", "metrics.m > 1", "params.p = 'x'", "foo.bar = 'x'", "'name' = 'x'", "1 = 1",
    "name = 'se-one' AND creation_time > 0 and tags.k = 'v1'", "name = 'se-one' OR name = 'se-two'", "(name = 'se-one')", "NOT name = 'x'", "name = 'se-one", "name", "name =", "name = 'se-one';", "name = 'a'; name = 'b'", "name BETWEEN 'a' AND 'b'", "AND",
]  # fmt: skip

ORDERS = [
    ["name"], ["name DESC"], ["name ASC"], ["experiment_id"], ["experiment_id DESC"], ["creation_time"], ["creation_time DESC"], ["last_update_time DESC"], ["last_update_time"], ["attribute.name"], ["attributes.name"], ["`name` DESC"], ["tags.k"], ["nonsense"], ["lifecycle_stage"], [""], ["name nonsense"], ["name, experiment_id"], ["NAME"],
    ["name", "experiment_id"], ["name", "name DESC"], ["last_update_time", "creation_time DESC"],
]  # fmt: skip

SCENARIOS = [
    Scenario(
        "search experiments/grammar",
        [
            experiment("se-one", ("k", "v1"), ("a b", "x")),
            experiment("se-two", ("k", "V1"), ("a.b", "y")),
            experiment("se-three"),
            post("rename three", f"{E}/update", {"experiment_id": Captured("experiment se-three", "experiment_id"), "new_name": "se-third"}),
            experiment("se-gone", ("k", "v1")),
            post("delete gone", f"{E}/delete", {"experiment_id": Captured("experiment se-gone", "experiment_id")}),
            *[
                post(f"{clause[:90]}", f"{E}/search", {"max_results": 100, "filter": f"name LIKE 'se-%' AND {clause}"})
                for clause in CLAUSES
            ],
            *[
                post(f"whole: {text!r}", f"{E}/search", {"max_results": 100, "filter": text})
                for text in (" ", ";", "()", "'", "name", "name = 'x' AND (")
            ],
            get("by GET", f"{E}/search", {"max_results": "100", "filter": "tags.k = 'v1'"}),
            *[
                post(f"view {view}", f"{E}/search", {"max_results": 100, "view_type": view, "filter": "name LIKE 'se-%'"})
                for view in ("ACTIVE_ONLY", "DELETED_ONLY", "ALL", "NONSENSE", 2, 3)
            ],
            *[
                get(f"view {view} by GET", f"{E}/search", {"max_results": "100", "view_type": view, "filter": "name LIKE 'se-%'"})
                for view in ("DELETED_ONLY", "ALL", "3", "NONSENSE", "")
            ],
        ],
    ),
    Scenario(
        "search experiments/order",
        [
            post("by default", f"{E}/search", {"max_results": 100, "filter": "name LIKE 'se-%'", "view_type": "ALL"}),
            *[
                post(f"by {order}", f"{E}/search", {"max_results": 100, "filter": "name LIKE 'se-%'", "view_type": "ALL", "order_by": order})
                for order in ORDERS
            ],
            post("by a word", f"{E}/search", {"max_results": 100, "order_by": "name"}),
        ],
    ),
    Scenario(
        "search experiments/pages",
        [
            *[post(f"{size!r} results", f"{E}/search", {"filter": "name LIKE 'se-%'"} | size) for size in ({}, {"max_results": 0}, {"max_results": -1}, {"max_results": 50001}, {"max_results": 50000}, {"max_results": "2"}, {"max_results": "x"}, {"max_results": 1.5}, {"max_results": None})],
            get("none by GET", f"{E}/search"),
            get("a word by GET", f"{E}/search", {"max_results": "x"}),
            post("first", f"{E}/search", {"max_results": 2, "filter": "name LIKE 'se-%'"}),
            post("second", f"{E}/search", {"max_results": 2, "filter": "name LIKE 'se-%'", "page_token": Captured("first")}),
            post("a bad token", f"{E}/search", {"max_results": 2, "page_token": "x"}),
            post("an empty token", f"{E}/search", {"max_results": 2, "filter": "name LIKE 'se-%'", "page_token": ""}),
        ],
    ),
]  # fmt: skip
