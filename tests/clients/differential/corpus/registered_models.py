"""Registered models: create, get, update, rename, delete."""

from ..request import (
    Scenario,
    delete,
    get,
    look,
    look_version,
    model,
    patch,
    post,
    stage,
    version,
)

R, V = "registered-models", "model-versions"

GOOD_NAMES = [
    "plain", "with space", " leading space", "trailing space ", "UPPER", "dots.in.name", "a.b", "under_score-dash",
    "Ünïcødé", "日本語モデル", "🦄", "quote'single", 'quote"double', "back\\slash", "semi;colon", "percent%41", "hash#mark",
    "question?mark", "comma,name", "brackets[0]", "curly{x}", "at@sign", "plus+sign", "tab\tname", "new\nline", "42", "latest",
    "-dash", "~tilde", "a" * 255, "a" * 256, "models", "None", "e\u0301 combining", "é composed", "\u200b", "nul\x00inside",
]  # fmt: skip

BAD_NAMES = [
    "a/b",
    "a:b",
    "/",
    ":",
    "/a",
    "a/",
    ".",
    "..",
    "...",
    "../x",
    "./x",
    "",
    " ",
    "\t",
    "\n",
    "\u3000",
    "a//b",
    "c:\\x",
    "a" * 257,
    "a" * 5000,
]

TAGS = [
    ("one", [{"key": "k", "value": "v"}]),
    ("two", [{"key": "b", "value": "2"}, {"key": "a", "value": "1"}]),
    ("same key twice", [{"key": "k", "value": "1"}, {"key": "k", "value": "2"}]),
    ("value absent", [{"key": "k"}]),
    ("value empty", [{"key": "k", "value": ""}]),
    ("value null", [{"key": "k", "value": None}]),
    ("value number", [{"key": "k", "value": 5}]),
    ("value bool", [{"key": "k", "value": True}]),
    ("good tag then number", [{"key": "good", "value": "v"}, {"key": "k", "value": 5}]),
    ("key absent", [{"value": "v"}]),
    ("key empty", [{"key": "", "value": "v"}]),
    ("key null", [{"key": None, "value": "v"}]),
    ("key bad", [{"key": "a!b", "value": "v"}]),
    ("key number", [{"key": 5, "value": "v"}]),
    ("unknown field", [{"key": "k", "value": "v", "colour": "red"}]),
    ("list of strings", ["k"]),
    ("list of null", [None]),
    ("list of lists", [["k", "v"]]),
    ("object", {"k": "v"}),
    ("string", "k"),
    ("null", None),
    ("empty list", []),
]


def _names():
    for name in GOOD_NAMES:
        shown = name if len(name) < 40 else f"{name[0]} x {len(name)}"
        yield model(f"{name}", f"create {shown!r}")
        yield look(name, f"get {shown!r}")
    for name in BAD_NAMES:
        shown = name if len(name) < 40 else f"{name[0]} x {len(name)}"
        yield model(name, f"refuse {shown!r}")
        yield look(name, f"get refused {shown!r}")
    yield model("plain", "the name again")
    yield model("PLAIN", "the name in another case is another")
    for name in [*GOOD_NAMES, "PLAIN", *BAD_NAMES]:
        shown = name if len(name) < 40 else f"{name[0]} x {len(name)}"
        yield delete(f"delete {shown!r}", f"{R}/delete", {"name": name})


SCENARIOS = [
    Scenario("registered models/names", list(_names())),
    Scenario(
        "registered models/create",
        [
            model("rm-1", "bare"),
            model("rm-2", "with description", description="What it does"),
            model("rm-3", "with empty description", description=""),
            model("rm-4", "with null description", description=None),
            model("rm-5", "with unicode description", description="Prüfung 本番 🦄\nline two"),
            model(
                "rm-6", "with everything", description="d", tags=[{"key": "k", "value": "v"}], deployment_job_id="job-1"
            ),
            model("rm-1", "again"),
            model("rm-1", "again with other fields", description="new", tags=[{"key": "k", "value": "v"}]),
            *[look(f"rm-{n}", f"get {n}") for n in range(1, 7)],
            model("rm-long-description", "description of 5000", description="d" * 5000),
            model("rm-longer-description", "description of 5001", description="d" * 5001),
            look("rm-nobody", "get a missing one"),
        ],
    ),
    Scenario(
        "registered models/create with tags",
        [
            step
            for number, (label, tags) in enumerate(TAGS)
            for step in (
                model(f"rt-{number}", f"tags: {label}", tags=tags),
                look(f"rt-{number}", f"afterwards: {label}"),
            )
        ],
    ),
    Scenario(
        "registered models/update",
        [
            model("ru", description="first"),
            patch("new description", f"{R}/update", {"name": "ru", "description": "second"}),
            look("ru", "get after update"),
            patch("same description", f"{R}/update", {"name": "ru", "description": "second"}),
            patch("absent description clears", f"{R}/update", {"name": "ru"}),
            look("ru", "get after clearing"),
            patch("set again", f"{R}/update", {"name": "ru", "description": "third"}),
            patch("empty description", f"{R}/update", {"name": "ru", "description": ""}),
            look("ru", "get after empty"),
            patch("null description", f"{R}/update", {"name": "ru", "description": None}),
            patch("deployment job", f"{R}/update", {"name": "ru", "description": "x", "deployment_job_id": "j"}),
            look("ru", "get after deployment job"),
            patch(
                "new_name is no field of update", f"{R}/update", {"name": "ru", "new_name": "ru-2", "description": "x"}
            ),
            patch("missing model", f"{R}/update", {"name": "ru-nobody", "description": "x"}),
            patch("bad name", f"{R}/update", {"name": "a/b", "description": "x"}),
            patch("description of 5000", f"{R}/update", {"name": "ru", "description": "d" * 5000}),
            patch("description of 5001", f"{R}/update", {"name": "ru", "description": "d" * 5001}),
        ],
    ),
    Scenario(
        "registered models/rename",
        [
            model("rn", description="d", tags=[{"key": "k", "value": "v"}]),
            version("rn", "v1", tags=[{"key": "vk", "value": "vv"}]),
            version("rn", "v2"),
            stage("rn", "1", "Production", "v1 to Production"),
            post("alias", f"{R}/alias", {"name": "rn", "alias": "champ", "version": "1"}),
            model("rn-taken"),
            model("rn-long"),
            post("rename", f"{R}/rename", {"name": "rn", "new_name": "rn-new"}),
            look("rn", "old name is gone"),
            look("rn-new", "new name has all"),
            look_version("rn-new", "1", "version 1 followed"),
            look_version("rn-new", "2", "version 2 followed"),
            look_version("rn", "1", "version under the old name"),
            get("alias followed", f"{R}/alias", {"name": "rn-new", "alias": "champ"}),
            delete("alias away", f"{R}/alias", {"name": "rn-new", "alias": "champ"}),
            get("search by the new name", f"{V}/search", {"filter": "name = 'rn-new'"}),
            get("search by the old name", f"{V}/search", {"filter": "name = 'rn'"}),
            post("to the same name", f"{R}/rename", {"name": "rn-new", "new_name": "rn-new"}),
            post("to another case", f"{R}/rename", {"name": "rn-new", "new_name": "RN-new"}),
            post("and back", f"{R}/rename", {"name": "RN-new", "new_name": "rn-new"}),
            post("onto a taken name", f"{R}/rename", {"name": "rn-new", "new_name": "rn-taken"}),
            post("of a missing model", f"{R}/rename", {"name": "rn-nobody", "new_name": "rn-x"}),
            post("of a missing model onto a taken name", f"{R}/rename", {"name": "rn-nobody", "new_name": "rn-taken"}),
            post("to a bad name", f"{R}/rename", {"name": "rn-new", "new_name": "a/b"}),
            post("to a blank name", f"{R}/rename", {"name": "rn-new", "new_name": " "}),
            post("to a long name", f"{R}/rename", {"name": "rn-long", "new_name": "n" * 257}),
            post("to a dot", f"{R}/rename", {"name": "rn-new", "new_name": ".."}),
            post("from a bad name", f"{R}/rename", {"name": "a/b", "new_name": "rn-y"}),
            model("rn", "old name can be taken again"),
            version("rn", "and counts from one"),
            look("rn-new", "the renamed one is untouched"),
        ],
    ),
    Scenario(
        "registered models/delete",
        [
            model("rd", tags=[{"key": "k", "value": "v"}]),
            version("rd", "v1"),
            version("rd", "v2"),
            stage("rd", "2", "Production", "v2 to Production"),
            post("alias", f"{R}/alias", {"name": "rd", "alias": "champ", "version": "1"}),
            delete("delete with a version in Production", f"{R}/delete", {"name": "rd"}),
            look("rd", "get"),
            look_version("rd", "1", "get version"),
            get("its alias", f"{R}/alias", {"name": "rd", "alias": "champ"}),
            get("search", f"{V}/search", {"filter": "name = 'rd'"}),
            get("latest", f"{R}/get-latest-versions", {"name": "rd"}),
            delete("delete again", f"{R}/delete", {"name": "rd"}),
            delete("bad name", f"{R}/delete", {"name": "a:b"}),
            model("rd", "the same name again"),
            look("rd", "is empty"),
            version("rd", "and counts from one"),
            get("without the old alias", f"{R}/alias", {"name": "rd", "alias": "champ"}),
        ],
    ),
]
