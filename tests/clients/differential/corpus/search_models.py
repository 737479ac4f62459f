"""The search of registered models: grammar, comparators, order."""

from ..request import Scenario, delete, get, model, patch, post, stage, version

R, V = "registered-models", "model-versions"

MODELS = [
    ("sr-alpha", [{"key": "team", "value": "red"}, {"key": "cost.eur", "value": "10"}]),
    ("sr-Beta", [{"key": "team", "value": "blue"}, {"key": "with space", "value": "yes"}]),
    ("sr-gamma_1", [{"key": "team", "value": "Red"}]),
    ("sr-gamma%2", [{"key": "owner", "value": "it's me"}]),
    ("sr-délta", [{"key": "team", "value": "red"}, {"key": "owner", "value": "Zoë"}]),
    ("sr-AND or", []),
]

# Each is ANDed to a condition that keeps to the models of this scenario.
CLAUSES = [
    "name = 'sr-alpha'", "name='sr-alpha'", "name  =  'sr-alpha'", 'name = "sr-alpha"', "`name` = 'sr-alpha'", '"name" = \'sr-alpha\'',
    "attribute.name = 'sr-alpha'", "attributes.name = 'sr-alpha'", "attr.name = 'sr-alpha'", "Attribute.name = 'sr-alpha'", "attribute.`name` = 'sr-alpha'", "model.name = 'sr-alpha'",
    "NAME = 'sr-alpha'", "Name = 'sr-alpha'", "name != 'sr-alpha'", "name <> 'sr-alpha'", "name == 'sr-alpha'", "name > 'sr-alpha'", "name < 'x'", "name >= 'x'", "name ~ 'x'",
    "name = 'SR-ALPHA'", "name = ' sr-alpha'", "name = sr-alpha", "name = 5", "name = `sr-alpha`", "name = 'sr-alpha", "name = sr-alpha'", "name = ''", "name = NULL", "name = true",
    "name = 'sr-AND or'", "name = 'sr-alpha''x'", "name = 'it''s'", 'name = "it\'s"', "name = 'a\\'b'", "'sr-alpha' = name", "name", "name =", "= 'x'", "'x'", "name LIKE", "name 'x'",
    "name LIKE 'sr-%'", "name like 'sr-%'", "name Like 'SR-%'", "name LIKE 'sr-gamma_1'", "name LIKE 'sr-gamma\\_1'", "name LIKE 'sr-gamma%2'", "name LIKE '%a'", "name LIKE 'sr-_lpha'",
    "name LIKE '%'", "name LIKE ''", "name LIKE 'sr-d_lta'", "name LIKE '[s]r%'", "name LIKE 'sr-*'",
    "name ILIKE 'SR-%'", "name ilike 'SR-BETA'", "name ILIKE 'SR-DÉLTA'", "name ILIKE 'sr-DéLTA'", "name NOT LIKE 'x%'", "name NOT ILIKE 'x%'", "NOT name = 'x'",
    "name IN ('sr-alpha','sr-Beta')", "name in ('sr-alpha')", "name IN ('sr-alpha', 'nobody')", "name IN ()", "name IN ('')", "name IN 'sr-alpha'", "name IN (sr-alpha)", "name IN (1, 2)",
    "name IN ('sr-alpha',)", "name IN ('sr-alpha' 'sr-Beta')", 'name IN ("sr-alpha","sr-Beta")', "name IN ['sr-alpha']", "name NOT IN ('sr-alpha')", "name not in ('sr-alpha', 'sr-Beta')", "name NOT IN ()",
    "name IS NULL", "name IS NOT NULL", "name BETWEEN 'a' AND 'z'", "name = 'sr-alpha' OR name = 'sr-Beta'", "(name = 'sr-alpha')", "((name = 'sr-alpha'))",
    "name = 'sr-alpha' AND name = 'sr-Beta'", "name LIKE 'sr-%' and name LIKE '%a'", "name LIKE 'sr-%' And name LIKE '%a'", "AND name = 'sr-alpha'", "name = 'sr-alpha' AND", "name LIKE 'sr-%' AND AND name LIKE '%a'",
    "name LIKE 'sr-%' name LIKE '%a'", "name LIKE 'sr-%', name LIKE '%a'", "name = 'sr-alpha'; name = 'sr-Beta'", "name = 'sr-alpha';", "name = 'sr-alpha' -- comment", "name = 'sr-alpha' /* c */", "name/**/='sr-alpha'",
    "name\n=\n'sr-alpha'", "name\t=\t'sr-alpha'", "name = 'sr-alpha'\n", "name = 'a' UNION SELECT 1", "1 = 1", "name = name", "name = 'sr-alpha' AND 1 = 1", "name = lower('x')", "name = 'sr-' || 'alpha'", "name + 'x' = 'y'",
    "tag.team = 'red'", "tags.team = 'red'", "Tag.team = 'red'", "TAG.team = 'red'", "tag.`team` = 'red'", 'tag."team" = \'red\'', "tag.'team' = 'red'", "tag.team != 'red'", "tag.team <> 'red'", "tag.nobody = 'x'", "tag.nobody != 'x'",
    "tag.team = 'RED'", "tag.team LIKE 'r%'", "tag.team LIKE 'R%'", "tag.team ILIKE 'r%'", "tag.team IN ('red')", "tag.team NOT IN ('red')", "tag.team > 'a'", "tag.team IS NULL", "tag.team IS NOT NULL", "tag.team = 1", "tag.team = red",
    "tag.cost.eur = '10'", "tag.`cost.eur` = '10'", "tag.cost.eur = 10", "tag.`with space` = 'yes'", "tag.with space = 'yes'", 'tag."with space" = \'yes\'', "tag.owner = \"it's me\"", "tag.owner = 'Zoë'", "tag.owner ILIKE 'ZOË'", "tag.owner ILIKE 'zo_'",
    "tag.team = 'red' AND tag.owner = 'Zoë'", "tag.team = 'red' AND tag.team = 'blue'", "tag.team LIKE 'r%' AND tag.team LIKE '%d'", "tag.team != 'blue' AND tag.team != 'red'", "tag. = 'x'", "tag = 'x'", "tag.team.x.y = 'z'", ".team = 'red'",
    "creation_timestamp > 0", "last_updated_timestamp > 0", "timestamp > 0", "description = 'x'", "current_stage = 'None'", "stage = 'Production'", "alias = 'x'", "version_number = 1", "run_id = 'x'", "metrics.x > 1", "params.x = '1'", "nonsense = 'x'", "nonsense.x = 'y'", "attribute.nonsense = 'x'",
    "tag.`` = 'x'", "tag.`a``b` = 'x'", "`tag`.team = 'red'", "tag.`team = 'red'", "тег.x = 'y'", "name = '🦄'", "name = 'sr-délta'", "tag.本番 = 'x'", "tag.a-b = 'x'", "tag.a/b = 'x'", "tag.1 = 'x'", "tag.order = 'x'", "tag.select = 'x'", "tag.key = 'x'", "tag.and = 'x'",
]  # fmt: skip

WHOLE = [
    " ",
    "   ",
    "\t",
    ";",
    "()",
    "'",
    '"',
    "`",
    "name",
    "=",
    "--",
    "/*",
    "*",
    "name = 'x' AND (name = 'y'",
    "x" * 1000,
    "name = '" + "x" * 5000 + "'",
]

ORDERS = [
    ["name"], ["name ASC"], ["name DESC"], ["name asc"], ["name desc"], ["NAME DESC"], ["Name"], ["`name` DESC"], ["  name   DESC  "], ['"name" DESC'],
    ["timestamp"], ["timestamp DESC"], ["last_updated_timestamp"], ["last_updated_timestamp DESC"], ["last_updated_timestamp ASC"], ["`timestamp` DESC"],
    ["creation_timestamp"], ["creation_timestamp DESC"], ["description"], ["nonsense"], ["tag.team"], ["attribute.name"], [""], [" "], ["DESC"], ["ASC"], ["name nonsense"], ["name DESC nonsense"], ["name, timestamp"], ["name DESC, timestamp"], ["name;"], ["name -- x"], ["1"], ["lower(name)"], ["name DESC NULLS LAST"],
    ["timestamp DESC", "name"], ["timestamp", "name DESC"], ["name DESC", "timestamp"], ["name", "name"], ["name", "name DESC"], ["timestamp", "last_updated_timestamp"], ["timestamp", "timestamp"],
]  # fmt: skip


def _alone(clause):
    # Only what cannot match the models of another scenario.
    return "!=" not in clause and "NOT" not in clause.upper() and "%" not in clause and "tag" not in clause


def _scoped(clause):
    return get(f"scoped: {clause[:90]}", f"{R}/search", {"filter": f"name LIKE 'sr-%' AND {clause}"})


SCENARIOS = [
    Scenario(
        "search models/grammar",
        [
            *[model(name, tags=tags) for name, tags in MODELS],
            *[get(f"alone: {clause[:90]}", f"{R}/search", {"filter": clause}) for clause in CLAUSES if _alone(clause)],
            *[_scoped(clause) for clause in CLAUSES],
            *[get(f"whole: {text[:40]!r} of {len(text)}", f"{R}/search", {"filter": text}) for text in WHOLE],
        ],
    ),
    Scenario(
        "search models/order",
        [
            *[
                patch(f"touch {name}", f"{R}/update", {"name": name, "description": "touched"})
                for name in ("sr-gamma_1", "sr-alpha", "sr-délta", "sr-Beta", "sr-AND or", "sr-gamma%2")
            ],
            *[get(f"by {order}", f"{R}/search", {"filter": "name LIKE 'sr-%'", "order_by": order}) for order in ORDERS],
        ],
    ),
    Scenario(
        "search models/what is in an answer",
        [
            model("sw", description="d", tags=[{"key": "k", "value": "v"}]),
            version("sw", "v1"),
            version("sw", "v2"),
            stage("sw", "1", "Production", "v1 to Production"),
            post("alias", f"{R}/alias", {"name": "sw", "alias": "champ", "version": "1"}),
            get("the model", f"{R}/search", {"filter": "name = 'sw'"}),
            delete("delete v2", f"{V}/delete", {"name": "sw", "version": "2"}),
            get("after v2 is gone", f"{R}/search", {"filter": "name = 'sw'"}),
        ],
    ),
]
