"""Model versions: create, get, update, delete, numbering, download URIs."""

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
from .registered_models import TAGS

R, V = "registered-models", "model-versions"

# What may stand for a version number in a request; version 1 exists, 2 does not.
NUMBERS = [
    "1", "2", "0", "-1", "01", "+1", " 1 ", "1_0", "1.0", "1e0", "x", "latest", "Production", "1 2", "0x1",
    "2147483648", "9223372036854775807", "9223372036854775808", "99999999999999999999999999", "1\n", "v1", "--1", "NaN",
]  # fmt: skip

TOO_MUCH = [
    ("description of 5001", {"description": "d" * 5001}),
    ("run id of 501", {"run_id": "r" * 501}),
    ("run link of 501", {"run_link": "r" * 501}),
    ("nul in a description", {"description": "a\x00b"}),
    ("nul in a run id", {"run_id": "a\x00b"}),
]

SCENARIOS = [
    Scenario(
        "model versions/create",
        [
            model("mv"),
            version("mv", "bare"),
            look("mv", "model after the first"),
            version(
                "mv",
                "with everything",
                "gs://bucket/m",
                run_id="run-7",
                run_link="https://ci.example/7",
                description="seventh",
                tags=[{"key": "k", "value": "v"}],
            ),
            version("mv", "with empty strings", run_id="", run_link="", description="", tags=[]),
            version("mv", "with nulls", run_id=None, run_link=None, description=None, tags=None),
            version("mv", "unicode", "s3://bucket/Prüfung/本番", description="🦄"),
            version("mv", "run link is free text", run_link="javascript:alert(1)"),
            version("mv", "deployment and unknown fields", colour="red"),
            version("mv", "description of 5000", description="d" * 5000),
            *[
                step
                for number, (label, fields) in enumerate(TOO_MUCH)
                for step in (model(f"mv-long-{number}"), version(f"mv-long-{number}", label, **fields))
            ],
            version("mv-nobody", "of a missing model"),
            version("a/b", "of a bad name"),
            version(" ", "of a blank name"),
            version(
                "mv",
                "user_id is ignored",
                user_id="me",
                version="77",
                current_stage="Production",
                status="FAILED_REGISTRATION",
            ),
            look("mv", "model afterwards"),
            *[look_version("mv", str(n), f"get {n}") for n in range(1, 10)],
            get("all of them", f"{V}/search", {"filter": "name = 'mv'"}),
        ],
    ),
    Scenario(
        "model versions/create with tags",
        [
            step
            for number, (label, tags) in enumerate(TAGS)
            for step in (
                model(f"vt-{number}"),
                version(f"vt-{number}", f"tags: {label}", tags=tags),
                look_version(f"vt-{number}", "1", f"afterwards: {label}"),
            )
        ],
    ),
    Scenario(
        "model versions/numbers",
        [
            model("vn"),
            version("vn", "version 1"),
            *[
                step
                for number in NUMBERS
                for step in (
                    look_version("vn", number, f"get {number!r}"),
                    get(f"download uri {number!r}", f"{V}/get-download-uri", {"name": "vn", "version": number}),
                    patch(f"update {number!r}", f"{V}/update", {"name": "vn", "version": number, "description": "d"}),
                    stage("vn", number, "Staging", f"transition {number!r}"),
                    post(
                        f"set tag {number!r}",
                        f"{V}/set-tag",
                        {"name": "vn", "version": number, "key": "k", "value": "v"},
                    ),
                    delete(
                        f"delete tag {number!r}", f"{V}/delete-tag", {"name": "vn", "version": number, "key": "other"}
                    ),
                    post(f"alias {number!r}", f"{R}/alias", {"name": "vn", "alias": "a", "version": number}),
                )
            ],
            *[
                delete(f"delete {number!r}", f"{V}/delete", {"name": "vn", "version": number})
                for number in NUMBERS
                if number.strip().lstrip("0+") != "1"
            ],
            look("vn", "afterwards"),
        ],
    ),
    Scenario(
        "model versions/numbers in other digits",
        [
            model("vo"),
            version("vo", "version 1"),
            *[look_version("vo", number, f"get {number}") for number in ("１", "٣")],
            *[delete(f"delete {number}", f"{V}/delete", {"name": "vo", "version": number}) for number in ("１", "٣")],
        ],
    ),
    Scenario(
        "model versions/update",
        [
            model("vu"),
            version("vu", "version", description="first"),
            patch("new description", f"{V}/update", {"name": "vu", "version": "1", "description": "second"}),
            look("vu", "the model's time stays"),
            look_version("vu", "1", "get"),
            patch("absent description clears", f"{V}/update", {"name": "vu", "version": "1"}),
            look_version("vu", "1", "get after clearing"),
            patch("empty description", f"{V}/update", {"name": "vu", "version": "1", "description": ""}),
            look_version("vu", "1", "get after empty"),
            patch("null description", f"{V}/update", {"name": "vu", "version": "1", "description": None}),
            patch("missing version", f"{V}/update", {"name": "vu", "version": "2", "description": "d"}),
            patch("missing model", f"{V}/update", {"name": "vu-nobody", "version": "1", "description": "d"}),
            patch("bad name", f"{V}/update", {"name": "a/b", "version": "1", "description": "d"}),
            patch(
                "other fields are ignored",
                f"{V}/update",
                {"name": "vu", "version": "1", "description": "d", "source": "s3://other", "stage": "Production"},
            ),
            look_version("vu", "1", "get at the end"),
        ],
    ),
    Scenario(
        "model versions/delete",
        [
            model("vd"),
            version("vd", "v1", tags=[{"key": "k", "value": "v"}]),
            version("vd", "v2"),
            version("vd", "v3"),
            stage("vd", "3", "Production", "v3 to Production"),
            post("alias", f"{R}/alias", {"name": "vd", "alias": "champ", "version": "3"}),
            post("alias 2", f"{R}/alias", {"name": "vd", "alias": "other", "version": "2"}),
            delete("delete one in Production", f"{V}/delete", {"name": "vd", "version": "3"}),
            look("vd", "model"),
            look_version("vd", "3", "get"),
            get("download uri", f"{V}/get-download-uri", {"name": "vd", "version": "3"}),
            get("its alias is gone", f"{R}/alias", {"name": "vd", "alias": "champ"}),
            get("the other is not", f"{R}/alias", {"name": "vd", "alias": "other"}),
            get("latest alias", f"{R}/alias", {"name": "vd", "alias": "latest"}),
            get("latest", f"{R}/get-latest-versions", {"name": "vd"}),
            delete("alias away", f"{R}/alias", {"name": "vd", "alias": "other"}),
            get("search", f"{V}/search", {"filter": "name = 'vd'"}),
            delete("again", f"{V}/delete", {"name": "vd", "version": "3"}),
            patch("update a deleted one", f"{V}/update", {"name": "vd", "version": "3", "description": "d"}),
            stage("vd", "3", "Staging", "transition a deleted one"),
            post("tag a deleted one", f"{V}/set-tag", {"name": "vd", "version": "3", "key": "k", "value": "v"}),
            delete("delete a tag of a deleted one", f"{V}/delete-tag", {"name": "vd", "version": "3", "key": "k"}),
            post("alias a deleted one", f"{R}/alias", {"name": "vd", "alias": "a", "version": "3"}),
            version("vd", "numbers are not used again"),
            delete("delete the highest", f"{V}/delete", {"name": "vd", "version": "4"}),
            version("vd", "nor is the highest"),
            *[delete(f"delete {n}", f"{V}/delete", {"name": "vd", "version": n}) for n in ("1", "2", "5")],
            look("vd", "model without versions"),
            get("latest alias of none", f"{R}/alias", {"name": "vd", "alias": "latest"}),
            version("vd", "after all were deleted"),
            get("search for what was redacted", f"{V}/search", {"filter": "source_path LIKE 'REDACTED%'"}),
            delete("missing model", f"{V}/delete", {"name": "vd-nobody", "version": "1"}),
            delete("bad name", f"{V}/delete", {"name": "a/b", "version": "1"}),
        ],
    ),
    Scenario(
        "model versions/download uri",
        [
            model("du"),
            version("du", "s3", "s3://bucket/with space/模型"),
            version("du", "pointer", "models:/du/1"),
            version("du", "pointer to the pointer", "models:/du/2"),
            *[get(f"of {n}", f"{V}/get-download-uri", {"name": "du", "version": n}) for n in ("1", "2", "3", "4")],
            get("of a missing model", f"{V}/get-download-uri", {"name": "du-nobody", "version": "1"}),
            get("of a bad name", f"{V}/get-download-uri", {"name": "a/b", "version": "1"}),
        ],
    ),
]
