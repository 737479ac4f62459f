"""The search of model versions: grammar, comparators, order."""

from ..request import Scenario, delete, get, model, patch, stage, version

R, V = "registered-models", "model-versions"

CLAUSES = [
    "name = 'sv-one'", "name = 'SV-ONE'", "name != 'sv-one'", "name LIKE 'sv-o%'", "name ILIKE 'SV-O%'", "name IN ('sv-one', 'sv-two')", "name IN ('sv-one')", "name NOT IN ('sv-one')", "name IN ()", "name IN (1)", "name > 'a'", "attribute.name = 'sv-one'",
    "run_id = 'run-1'", "run_id != 'run-1'", "run_id = ''", "run_id LIKE 'run-%'", "run_id ILIKE 'RUN-%'", "run_id IN ('run-1', 'run-2')", "run_id NOT IN ('run-1')", "run_id IN ('run-1', 'RUN-2')", "run_id IN ()", "run_id = 5", "run_id IS NULL", "run_id > 'a'", "attribute.run_id = 'run-1'",
    "source_path = 's3://b/one/1'", "source_path != 's3://b/one/1'", "source_path LIKE 's3://b/one/%'", "source_path ILIKE 'S3://B/ONE/%'", "source_path IN ('s3://b/one/1')", "source_path NOT IN ('x')", "source = 's3://b/one/1'", "source_path > 'a'",
    "version_number = 1", "version_number = '1'", "version_number = \"1\"", "version_number != 1", "version_number > 1", "version_number >= 2", "version_number < 2", "version_number <= 1", "version_number = 1.5", "version_number = '1.5'", "version_number = x", "version_number = 'x'", "version_number = -1", "version_number = +1", "version_number = 01",
    "version_number = 1e0", "version_number LIKE '1'", "version_number ILIKE '1'", "version_number IN (1, 2)", "version_number IN ('1')", "version_number NOT IN (1)", "version_number = 99999999999999999999999", "version_number > 9223372036854775807", "version_number > -99999999999999999999", "version_number = ''", "version_number = NULL", "version_number <> 1", "version_number == 1", "attribute.version_number > 1", "VERSION_NUMBER = 1", "version_number > 1 AND version_number < 3", "version = 1", "version_number = 1 OR version_number = 2",
    "tag.k = 'v1'", "tags.k = 'v1'", "tag.k != 'v1'", "tag.k LIKE 'v%'", "tag.k ILIKE 'V%'", "tag.k = 1", "tag.k > 'v'", "tag.k IN ('v1')", "tag.`a b` = 'x'", "tag.a.b = 'y'", "tag.nobody != 'x'", "tag.k = 'v1' AND tag.`a b` = 'x'", "tag.k = 'v1' AND tag.k = 'v2'", "tag.k IS NULL",
    "creation_timestamp > 0", "last_updated_timestamp > 0", "creation_timestamp = 1", "current_stage = 'Production'", "stage = 'Production'", "current_stage LIKE '%'", "description = 'x'", "status = 'READY'", "alias = 'champ'", "aliases = 'champ'", "user_id = 'x'", "run_link = 'x'", "model_id = 'm-1'", "nonsense = 'x'", "metrics.x > 1", "storage_location = 'x'", "attribute.nonsense = 1", "timestamp > 1",
    "name = 'sv-one' and run_id = 'run-1' AND tag.k LIKE '%' And version_number >= 1", "name = 'sv-one' OR run_id = 'run-1'", "(name = 'sv-one')", "name = 'sv-one", "name = sv-one",
    "name LIKE 'sv%' AND source_path LIKE 's3://b/two%'", "`name` = 'sv-one'", "`run_id` = 'run-1'", "\"version_number\" = 1", "'version_number' = 1",
]  # fmt: skip

ORDERS = [
    ["name"], ["name DESC"], ["version_number"], ["version_number ASC"], ["version_number DESC"], ["creation_timestamp"], ["creation_timestamp DESC"], ["last_updated_timestamp"], ["last_updated_timestamp ASC"], ["last_updated_timestamp DESC"], ["timestamp"], ["timestamp DESC"], ["run_id"], ["source_path"], ["tag.k"], ["nonsense"], ["version"], ["current_stage"], [""], ["version_number nonsense"], ["`version_number` DESC"], ["VERSION_NUMBER"], ["version_number, name"],
    ["name", "version_number"], ["name", "version_number DESC"], ["version_number DESC", "name DESC"], ["name DESC", "creation_timestamp"], ["name", "name"], ["version_number", "version_number DESC"], ["last_updated_timestamp", "creation_timestamp DESC"],
]  # fmt: skip

SCENARIOS = [
    Scenario(
        "search versions/grammar",
        [
            model("sv-one"),
            model("sv-two"),
            version(
                "sv-one",
                "one 1",
                "s3://b/one/1",
                run_id="run-1",
                tags=[{"key": "k", "value": "v1"}, {"key": "a b", "value": "x"}],
            ),
            version(
                "sv-two",
                "two 1",
                "s3://b/two/1",
                run_id="run-2",
                tags=[{"key": "k", "value": "V1"}, {"key": "a.b", "value": "y"}],
            ),
            version("sv-one", "one 2", "s3://b/one/2", run_id="run-1", tags=[{"key": "k", "value": "v2"}]),
            version("sv-one", "one 3", "s3://b/one/3"),
            version("sv-two", "two 2", "S3://b/two/2", run_id="RUN-2"),
            version("sv-two", "two 3", "s3://b/two/3"),
            delete("two 3 is deleted", f"{V}/delete", {"name": "sv-two", "version": "3"}),
            stage("sv-one", "2", "Production", "one 2 to Production"),
            *[
                get(f"scoped: {clause[:90]}", f"{V}/search", {"filter": f"name LIKE 'sv-%' AND {clause}"})
                for clause in CLAUSES
            ],
            *[
                get(f"alone: {clause[:90]}", f"{V}/search", {"filter": clause})
                for clause in CLAUSES
                if "sv-" in clause and "!=" not in clause and "NOT" not in clause
            ],
            *[
                get(f"whole: {text!r}", f"{V}/search", {"filter": text})
                for text in (" ", ";", "()", "'", "name", "name = 'x' AND (")
            ],
            get("one name and one run", f"{V}/search", {"filter": "name='sv-one' and run_id='run-1'"}),
        ],
    ),
    Scenario(
        "search versions/order",
        [
            *[
                patch(f"touch {name} {n}", f"{V}/update", {"name": name, "version": n, "description": "touched"})
                for name, n in (("sv-one", "2"), ("sv-two", "1"), ("sv-one", "3"), ("sv-two", "2"), ("sv-one", "1"))
            ],
            get("by default", f"{V}/search", {"filter": "name LIKE 'sv-%'"}),
            *[get(f"by {order}", f"{V}/search", {"filter": "name LIKE 'sv-%'", "order_by": order}) for order in ORDERS],
        ],
    ),
]
