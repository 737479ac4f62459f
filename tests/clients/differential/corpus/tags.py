"""Tags of models and versions: keys, values, upsert, delete, and what they leave alone."""

from ..request import Scenario, delete, get, look, look_version, model, post, version

R, V = "registered-models", "model-versions"

KEYS = [
    "k", "K", "with space", "with-dash", "under_score", "dot.ted", "sla/shed", "col:on", "Prüfung", "本番", "éé", "٣", "a" * 250,
    "mlflow.note.content", "mlflow.domain", "1", " lead", "trail ", "a b/c", "a/.hidden",
    "a" * 251, "a!b", "a@b", "a'b", 'a"b', "a\\b", "a#b", "a%b", "a+b", "a=b", "a,b", "a;b", "a(b)", "a[0]", "a{b}", "a?b", "a*b", "a&b", "a<b", "a|b", "a~b", "a$b", "`", "🦄",
    "/lead", "trail/", "a//b", "a/../b", "../a", "./a", "a/./b", ".", "..", "/", "tab\tkey", "new\nline", " ", "\u00a0", "e\u0301",
]  # fmt: skip

VALUES = ["v", "", " ", "ünï", "🦄", "line\nline", "'quoted\"", "v" * 5000, "v" * 5001, "v" * 100_000, "v" * 100_001]


def _shown(text):
    return repr(text) if len(text) < 40 else f"{text[0]!r} x {len(text)}"


def _both(label, verb, method, extra):
    yield method(f"model: {label}", f"{R}/{verb}", {"name": "tg"} | extra)
    yield method(f"version: {label}", f"{V}/{verb}", {"name": "tg", "version": "1"} | extra)


SCENARIOS = [
    Scenario(
        "tags/what cannot be kept",
        [
            model("tu"),
            version("tu", "version"),
            post("key ending in a line feed", f"{R}/set-tag", {"name": "tu", "key": "k\n", "value": "v"}),
            post(
                "version: key ending in a line feed",
                f"{V}/set-tag",
                {"name": "tu", "version": "1", "key": "k\n", "value": "v"},
            ),
            post("nul in a value", f"{R}/set-tag", {"name": "tu", "key": "k", "value": "a\x00b"}),
            post(
                "version: nul in a value", f"{V}/set-tag", {"name": "tu", "version": "1", "key": "k", "value": "a\x00b"}
            ),
        ],
    ),
    Scenario(
        "tags/keys",
        [
            model("tg"),
            version("tg", "version"),
            *[
                step
                for key in KEYS
                for step in _both(f"set {_shown(key)}", "set-tag", post, {"key": key, "value": "v"})
            ],
            look("tg", "the model"),
            look_version("tg", "1", "the version"),
            *[step for key in KEYS for step in _both(f"delete {_shown(key)}", "delete-tag", delete, {"key": key})],
            look("tg", "the model at the end"),
            look_version("tg", "1", "the version at the end"),
        ],
    ),
    Scenario(
        "tags/values",
        [
            model("tg", "the same model is there"),
            *[
                step
                for value in VALUES
                for step in _both(
                    f"set {_shown(value)}",
                    "set-tag",
                    post,
                    {"key": f"len {len(value)} {ord(value[0]) if value else 0}", "value": value},
                )
            ],
            *_both("set without a value", "set-tag", post, {"key": "absent"}),
            *_both("set a null value", "set-tag", post, {"key": "null", "value": None}),
            *_both("set a number", "set-tag", post, {"key": "number", "value": 5}),
            look("tg", "the model"),
            look_version("tg", "1", "the version"),
        ],
    ),
    Scenario(
        "tags/effects",
        [
            model("te"),
            version("te", "version", tags=[{"key": "from create", "value": "1"}]),
            post("set on the model", f"{R}/set-tag", {"name": "te", "key": "k", "value": "1"}),
            post("set again", f"{R}/set-tag", {"name": "te", "key": "k", "value": "2"}),
            post("set on the version", f"{V}/set-tag", {"name": "te", "version": "1", "key": "k", "value": "1"}),
            post("another", f"{V}/set-tag", {"name": "te", "version": "1", "key": "a", "value": "1"}),
            look("te", "no timestamp moved"),
            look_version("te", "1", "nor on the version"),
            get("found by the tag", f"{R}/search", {"filter": "tag.k = '2' AND name = 'te'"}),
            get("version found by the tag", f"{V}/search", {"filter": "tag.k = '1' AND name = 'te'"}),
            delete("delete from the model", f"{R}/delete-tag", {"name": "te", "key": "k"}),
            delete("delete again", f"{R}/delete-tag", {"name": "te", "key": "k"}),
            delete("delete from the version", f"{V}/delete-tag", {"name": "te", "version": "1", "key": "k"}),
            delete("delete again from the version", f"{V}/delete-tag", {"name": "te", "version": "1", "key": "k"}),
            look("te", "at the end"),
            post("missing model", f"{R}/set-tag", {"name": "te-nobody", "key": "k", "value": "v"}),
            delete("delete from a missing model", f"{R}/delete-tag", {"name": "te-nobody", "key": "k"}),
            post(
                "version of a missing model",
                f"{V}/set-tag",
                {"name": "te-nobody", "version": "1", "key": "k", "value": "v"},
            ),
            post("missing version", f"{V}/set-tag", {"name": "te", "version": "2", "key": "k", "value": "v"}),
            delete("delete from a missing version", f"{V}/delete-tag", {"name": "te", "version": "2", "key": "k"}),
            post("bad name", f"{R}/set-tag", {"name": "a/b", "key": "k", "value": "v"}),
            post("bad name of a version", f"{V}/set-tag", {"name": "a/b", "version": "1", "key": "k", "value": "v"}),
            post("bad key on a missing model", f"{R}/set-tag", {"name": "te-nobody", "key": "a!b", "value": "v"}),
            delete("delete a bad key", f"{R}/delete-tag", {"name": "te", "key": "a!b"}),
        ],
    ),
]
