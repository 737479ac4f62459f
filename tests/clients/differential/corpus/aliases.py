"""Aliases: names, moving, deleting, and the reserved one."""

from ..request import Scenario, delete, get, look, look_version, model, post, version

R, V = "registered-models", "model-versions"

NAMES = [
    "champion", "Champion", "a", "with-dash", "under_score", "12", "Production", "Prüfung", "本番", "a" * 255, "-", "_", "1v", "version1", "vv1", "v", "V1a", "٣",
    "a" * 256, "latest", "LATEST", "Latest", "v1", "V1", "v007", "v٣", "dot.ted", "with space", " lead", "trail ", "sla/shed", "co:lon", "a@b", "a!b", "'", "🦄", "",
    "%41", "a,b", "e\u0301",
]  # fmt: skip


def _shown(text):
    return repr(text) if len(text) < 40 else f"{text[0]!r} x {len(text)}"


def _set(label, name, alias, number):
    return post(label, f"{R}/alias", {"name": name, "alias": alias, "version": number})


def _get(label, name, alias):
    return get(label, f"{R}/alias", {"name": name, "alias": alias})


def _delete(label, name, alias):
    return delete(label, f"{R}/alias", {"name": name, "alias": alias})


SCENARIOS = [
    Scenario(
        "aliases/ending in a line feed",
        [
            model("an"),
            version("an", "version"),
            *[_set(f"set {alias!r}", "an", alias, "1") for alias in ("a\n", "latest\n", "v1\n")],
        ],
    ),
    Scenario(
        "aliases/names",
        [
            model("al"),
            version("al", "version"),
            *[
                step
                for alias in NAMES
                for step in (
                    _set(f"set {_shown(alias)}", "al", alias, "1"),
                    _get(f"get {_shown(alias)}", "al", alias),
                )
            ],
            look("al", "the model"),
            look_version("al", "1", "the version"),
            *[_delete(f"delete {_shown(alias)}", "al", alias) for alias in NAMES],
            look("al", "the model at the end"),
        ],
    ),
    Scenario(
        "aliases/moves",
        [
            model("am"),
            _get("latest of none", "am", "latest"),
            _get("unknown, no version", "am", "champ"),
            *[version("am", f"v{n}") for n in (1, 2, 3)],
            _set("set", "am", "champ", "1"),
            _set("a second on the same version", "am", "best", "1"),
            _set("set again", "am", "champ", "1"),
            _set("move", "am", "champ", "2"),
            _set("challenger", "am", "zz", "3"),
            look("am", "the model"),
            *[look_version("am", n, f"version {n}") for n in ("1", "2", "3")],
            _get("get the moved one", "am", "champ"),
            _get("names are case-sensitive", "am", "CHAMP"),
            _get("latest", "am", "latest"),
            _get("LATEST", "am", "LATEST"),
            get("in a search of models", f"{R}/search", {"filter": "name = 'am'"}),
            get("in a search of versions", f"{V}/search", {"filter": "name = 'am'"}),
            get("in latest versions", f"{R}/get-latest-versions", {"name": "am"}),
            _set("missing version", "am", "champ", "9"),
            _set("missing model", "am-nobody", "champ", "1"),
            _set("bad version", "am", "champ", "x"),
            _set("bad name", "a/b", "champ", "1"),
            _get("missing alias", "am", "nobody"),
            _get("missing model's alias", "am-nobody", "champ"),
            _get("missing model's latest", "am-nobody", "latest"),
            _get("bad name's alias", "a/b", "champ"),
            _delete("delete", "am", "champ"),
            _delete("delete again", "am", "champ"),
            _delete("delete from a missing model", "am-nobody", "champ"),
            _delete("delete latest", "am", "latest"),
            _get("get the deleted one", "am", "champ"),
            look("am", "the model at the end"),
        ],
    ),
]
