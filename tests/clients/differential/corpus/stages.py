"""Stages: transitions, archiving, latest versions."""

from ..request import (
    Scenario,
    delete,
    get,
    look,
    look_version,
    model,
    post,
    stage,
    version,
)

R, V = "registered-models", "model-versions"
STAGES = ["None", "Staging", "Production", "Archived"]

SPELLINGS = [
    "None", "none", "NONE", "Staging", "staging", "STAGING", "sTaGiNg", "Production", "production", "Archived", "ARCHIVED", "archived",
    " Staging", "Staging ", "Prod", "Development", "Deleted_Internal", "deleted_internal", "latest", "1", "Prüfung", "本番", "stagıng", "ſtaging",
    "Staging,Production", "null", "*", "a/b", "Staging\n", "'",
]  # fmt: skip


def _latest(label, name, stages=None):
    return post(label, f"{R}/get-latest-versions", {"name": name} | ({} if stages is None else {"stages": stages}))


def _archive(name, number, to, label, archive=True):
    return stage(name, number, to, label, archive_existing_versions=archive)


SCENARIOS = [
    Scenario(
        "stages/spellings",
        [
            model("st"),
            version("st", "version"),
            *[stage("st", "1", to, f"to {to!r}") for to in SPELLINGS],
            look_version("st", "1", "afterwards"),
            *[_latest(f"latest in {to!r}", "st", [to]) for to in SPELLINGS],
        ],
    ),
    Scenario(
        "stages/every move",
        [
            model("sm"),
            version("sm", "version"),
            *[
                step
                for origin in STAGES
                for to in STAGES
                for step in (
                    stage("sm", "1", origin, f"stand in {origin} before {to}"),
                    stage("sm", "1", to, f"{origin} to {to}"),
                )
            ],
            look("sm", "the model's time follows"),
        ],
    ),
    Scenario(
        "stages/missing things",
        [
            model("sx"),
            version("sx", "version"),
            stage("sx", "2", "Staging", "missing version"),
            stage("sx-nobody", "1", "Staging", "missing model"),
            stage("sx", "2", "Nonsense", "missing version, bad stage"),
            stage("sx", "x", "Nonsense", "bad version, bad stage"),
            stage("a/b", "1", "Staging", "bad name"),
            stage("a/b", "1", "Nonsense", "bad name, bad stage"),
            _archive("sx", "2", "Production", "missing version, archiving"),
            _archive("sx", "1", "None", "archive on None"),
            _archive("sx", "1", "Archived", "archive on Archived"),
            _archive("sx", "2", "None", "archive on None, missing version"),
            _archive("sx", "1", "none", "archive on none in lower case"),
            _archive("sx", "1", "Nonsense", "archive on a bad stage"),
            _archive("sx", "1", "Staging", "archive is a string", "true"),
            _archive("sx", "1", "Staging", "archive is a number", 1),
            _archive("sx", "1", "Staging", "archive is null", None),
            look("sx", "afterwards"),
        ],
    ),
    Scenario(
        "stages/archiving",
        [
            model("sa"),
            *[version("sa", f"v{n}") for n in range(1, 6)],
            *[stage("sa", str(n), "Production", f"v{n} to Production") for n in (1, 2, 3)],
            stage("sa", "4", "Staging", "v4 to Staging"),
            _archive("sa", "5", "Production", "v5 to Production without archiving", False),
            _archive("sa", "4", "Production", "v4 to Production, archiving"),
            *[look_version("sa", str(n), f"v{n} afterwards") for n in range(1, 6)],
            look("sa", "the model"),
            _archive("sa", "4", "Production", "again, to where it is"),
            *[look_version("sa", str(n), f"v{n} after the second") for n in (1, 4)],
            _archive("sa", "3", "staging", "lower case, archiving"),
            _archive("sa", "2", "STAGING", "upper case, archiving"),
            look_version("sa", "3", "v3 was archived"),
            get("all", f"{V}/search", {"filter": "name = 'sa'", "order_by": "version_number ASC"}),
        ],
    ),
    Scenario(
        "stages/latest versions",
        [
            model("sl"),
            _latest("of none", "sl"),
            *[version("sl", f"v{n}", tags=[{"key": "n", "value": str(n)}]) for n in range(1, 8)],
            stage("sl", "1", "Production", "v1 to Production"),
            stage("sl", "2", "Staging", "v2 to Staging"),
            stage("sl", "3", "Production", "v3 to Production"),
            stage("sl", "5", "Archived", "v5 to Archived"),
            post("alias on 3", f"{R}/alias", {"name": "sl", "alias": "b", "version": "3"}),
            post("second alias on 3", f"{R}/alias", {"name": "sl", "alias": "a", "version": "3"}),
            _latest("of all stages", "sl"),
            _latest("empty list", "sl", []),
            _latest("null list", "sl", None),
            _latest("Production", "sl", ["Production"]),
            _latest("two stages", "sl", ["Production", "Staging"]),
            _latest("two stages, other order", "sl", ["Staging", "Production"]),
            _latest("twice the same", "sl", ["Production", "production"]),
            _latest("a bad one among good", "sl", ["Production", "Nonsense"]),
            _latest("empty name of a stage", "sl", [""]),
            _latest("a number", "sl", [1]),
            _latest("a string instead of a list", "sl", "Production"),
            _latest("missing model", "sl-nobody"),
            _latest("missing model, bad stage", "sl-nobody", ["Nonsense"]),
            _latest("bad name", "a/b"),
            get("by GET", f"{R}/get-latest-versions", {"name": "sl"}),
            get("by GET with one stage", f"{R}/get-latest-versions", {"name": "sl", "stages": "Production"}),
            get("by GET with two stages", f"{R}/get-latest-versions", {"name": "sl", "stages": ["Staging", "None"]}),
            get("by GET with a bad stage", f"{R}/get-latest-versions", {"name": "sl", "stages": "Nonsense"}),
            look("sl", "in get"),
            get("in search", f"{R}/search", {"filter": "name = 'sl'"}),
            stage("sl", "7", "Archived", "v7 to Archived"),
            look("sl", "order after v7 was archived"),
            delete("delete v3", f"{V}/delete", {"name": "sl", "version": "3"}),
            look("sl", "v1 is the latest of Production again"),
        ],
    ),
]
