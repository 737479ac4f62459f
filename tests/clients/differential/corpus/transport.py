"""How a request may be written: prefixes, methods, content types, spellings, encodings."""

import json

from ..request import (
    JSON,
    Request,
    Scenario,
    delete,
    get,
    look,
    model,
    patch,
    post,
    stage,
    version,
)

R, V = "registered-models", "model-versions"


def _raw(label, path, body, method="POST", **headers):
    return Request(label, method, path, body=body, headers=headers)


def _create(label, body, **headers):
    return _raw(label, f"{R}/create", body, **headers)


CONTENT_TYPES = [
    ("json", "application/json"),
    ("json with charset", "application/json; charset=utf-8"),
    ("json with odd parameter", "application/json;x=y"),
    ("upper case", "Application/JSON"),
    ("text", "text/plain"),
    ("form", "application/x-www-form-urlencoded"),
    ("vendor json", "application/vnd.api+json"),
    ("json lines", "application/jsonl"),
    ("empty", ""),
]

BODIES = [
    ("nothing", b""),
    ("spaces", b"   "),
    ("malformed", b"{"),
    ("not utf-8", b'{"name": "\xff\xfe"}'),
    ("number", b"5"),
    ("array", b"[]"),
    ("array of objects", b'[{"name": "x"}]'),
    ("true", b"true"),
    ("null", b"null"),
    ("string", b'"name"'),
    ("empty string", b'""'),
    ("trailing comma", b'{"name": "transport-comma",}'),
    ("single quotes", b"{'name': 'transport-quotes'}"),
    ("duplicate key", b'{"name": "transport-first", "name": "transport-second"}'),
    ("unknown fields", b'{"name": "transport-unknown", "colour": "red", "nested": {"a": [1]}}'),
    ("byte order mark", b'\xef\xbb\xbf{"name": "transport-bom"}'),
    ("lone surrogate", rb'{"name": "transport-\ud83d"}'),
    ("surrogate pair", rb'{"name": "transport-\ud83d\ude00"}'),
    ("nul character", rb'{"name": "transport-\u0000nul"}'),
    ("nan", b'{"name": NaN}'),
    ("double-encoded", json.dumps(json.dumps({"name": "transport-double"})).encode()),
    ("triple-encoded", json.dumps(json.dumps(json.dumps({"name": "transport-triple"}))).encode()),
    ("double-encoded malformed", json.dumps("{").encode()),
    ("double-encoded array", json.dumps("[]").encode()),
    ("deep", b'{"name": "transport-deep", "x": ' + b"[" * 60 + b"]" * 60 + b"}"),
]

SCENARIOS = [
    Scenario(
        "transport/content types",
        [
            *[
                _create(f"create as {label}", {"name": f"ct-{label.replace(' ', '-')}"}, **{"Content-Type": kind})
                for label, kind in CONTENT_TYPES
            ],
            _create("create without header", {"name": "ct-none"}),
            model("ct"),
            _raw(
                "patch as text",
                f"{R}/update",
                {"name": "ct", "description": "d"},
                "PATCH",
                **{"Content-Type": "text/plain"},
            ),
            _raw("patch without header", f"{R}/update", {"name": "ct", "description": "e"}, "PATCH"),
            _raw(
                "delete tag as text",
                f"{R}/delete-tag",
                {"name": "ct", "key": "k"},
                "DELETE",
                **{"Content-Type": "text/plain"},
            ),
            _raw("delete without header", f"{R}/delete", {"name": "ct"}, "DELETE"),
            _raw("get with a JSON body instead of a query", f"{R}/get", {"name": "ct-json"}, "GET", **JSON),
            _raw("get with a body and no header", f"{R}/get", {"name": "ct-json"}, "GET"),
            Request(
                "get with query and body: query wins",
                "GET",
                f"{R}/get",
                query={"name": "ct-json"},
                body={"name": "nobody"},
                headers=JSON,
            ),
            Request(
                "get with an unrelated query and a body",
                "GET",
                f"{R}/get",
                query={"x": "1"},
                body={"name": "ct-json"},
                headers=JSON,
            ),
        ],
    ),
    Scenario(
        "transport/bodies",
        [
            *[_create(label, body, **JSON) for label, body in BODIES],
            *[
                _raw(f"patch: {label}", f"{R}/update", body, "PATCH", **JSON)
                for label, body in BODIES
                if label in ("nothing", "malformed", "null", "double-encoded", "array")
            ],
            *[
                _raw(f"delete: {label}", f"{R}/delete", body, "DELETE", **JSON)
                for label, body in BODIES
                if label in ("nothing", "malformed", "null", "array")
            ],
            _raw(
                "delete: double-encoded",
                f"{R}/delete",
                json.dumps(json.dumps({"name": "transport-double"})).encode(),
                "DELETE",
                **JSON,
            ),
        ],
    ),
    Scenario(
        "transport/spellings",
        [
            model("sp"),
            version("sp", "camel runId", "s3://b/camel", runId="r1", runLink="http://run.example/1"),
            post(
                "both runId and run_id",
                f"{V}/create",
                {"name": "sp", "source": "s3://b/x", "run_id": "r", "runId": "r"},
            ),
            post(
                "both runLink and run_link",
                f"{V}/create",
                {"name": "sp", "source": "s3://b/x", "run_link": "r", "runLink": "s"},
            ),
            model("sp-renamed"),
            post("camel newName", f"{R}/rename", {"name": "sp-renamed", "newName": "sp-other"}),
            post("both newName and new_name", f"{R}/rename", {"name": "sp", "newName": "sp2", "new_name": "sp3"}),
            stage("sp", "1", "Staging", "camel archive", archiveExistingVersions=True),
            stage("sp", "1", "Staging", "both archive", archiveExistingVersions=True, archive_existing_versions=True),
            get("camel pageToken in a query", f"{R}/search", {"filter": "name = 'sp'", "pageToken": "nonsense"}),
            get("camel maxResults in a query", f"{V}/search", {"filter": "name = 'sp'", "maxResults": "0"}),
            get("camel orderBy in a query", f"{R}/search", {"filter": "name = 'sp'", "orderBy": "nonsense"}),
            post("field names are case-sensitive", f"{R}/create", {"Name": "sp-upper"}),
            look("sp", "afterwards"),
        ],
    ),
    Scenario(
        "transport/prefixes",
        [
            model("px").through_ajax(),
            version("px", "version").through_ajax(),
            look("px", "get").through_ajax(),
            get("search", f"{V}/search", {"filter": "name = 'px'"}).through_ajax(),
            stage("px", "1", "Staging", "transition").through_ajax(),
            get(
                "latest by GET", f"{R}/get-latest-versions", {"name": "px", "stages": ["Staging", "None"]}
            ).through_ajax(),
            post("bad create", f"{R}/create", {}).through_ajax(),
            patch("update", f"{R}/update", {"name": "px", "description": "d"}).through_ajax(),
            delete("delete", f"{R}/delete", {"name": "px"}).through_ajax(),
            get("deep unknown path", "nonsense/of/some/kind"),
            get("unknown verb", f"{R}/nonsense"),
            get("trailing slash", f"{R}/search/"),
            get("older preview path", "/api/2.0/preview/mlflow/registered-models/search"),
            get("api 1.0", "/api/1.0/mlflow/registered-models/search"),
            get("api 3.0", "/api/3.0/mlflow/registered-models/search"),
            get("health", "/health"),
        ],
    ),
    Scenario(
        "transport/methods",
        [
            model("me"),
            version("me", "version"),
            *[
                Request(
                    f"{method} {path}", method, path, body={"name": "me"} if method != "GET" else None, headers=JSON
                )
                for method, path in [
                    ("GET", f"{R}/create"),
                    ("PUT", f"{R}/create"),
                    ("PATCH", f"{R}/create"),
                    ("DELETE", f"{R}/create"),
                    ("POST", f"{R}/get"),
                    ("DELETE", f"{R}/get"),
                    ("PUT", f"{R}/get"),
                    ("POST", f"{R}/update"),
                    ("PUT", f"{R}/update"),
                    ("GET", f"{R}/update"),
                    ("GET", f"{R}/rename"),
                    ("PATCH", f"{R}/rename"),
                    ("POST", f"{R}/delete"),
                    ("GET", f"{R}/delete"),
                    ("PATCH", f"{R}/get-latest-versions"),
                    ("DELETE", f"{R}/get-latest-versions"),
                    ("PUT", f"{R}/alias"),
                    ("PATCH", f"{R}/alias"),
                    ("GET", f"{R}/set-tag"),
                    ("POST", f"{R}/delete-tag"),
                    ("GET", f"{V}/create"),
                    ("POST", f"{V}/get"),
                    ("POST", f"{V}/update"),
                    ("POST", f"{V}/delete"),
                    ("POST", f"{V}/search"),
                    ("POST", f"{V}/get-download-uri"),
                    ("PATCH", f"{V}/transition-stage"),
                    ("GET", f"{V}/transition-stage"),
                    ("GET", f"{V}/set-tag"),
                    ("POST", f"{V}/delete-tag"),
                ]
            ],
            look("me", "nothing of it had an effect"),
        ],
    ),
    Scenario(
        "transport/fields in the query of a write",
        [
            model("qw"),
            version("qw", "version"),
            Request("post with a query only", "POST", f"{R}/create", query={"name": "qw-2"}, body={}, headers=JSON),
            Request(
                "patch with a query only",
                "PATCH",
                f"{R}/update",
                query={"name": "qw", "description": "d"},
                headers=JSON,
            ),
            Request(
                "delete tag with a query only",
                "DELETE",
                f"{V}/delete-tag",
                query={"name": "qw", "version": "1", "key": "k"},
            ),
            Request("delete alias with a query only", "DELETE", f"{R}/alias", query={"name": "qw", "alias": "a"}),
            Request("delete with an empty query", "DELETE", f"{R}/delete"),
            look("qw", "still there"),
        ],
    ),
    Scenario(
        "transport/query values",
        [
            model("a+b c&d=e"),
            look("a+b c&d=e", "odd name, encoded"),
            get("plus means space", f"{R}/get?name=a%2Bb+c%26d%3De"),
            get("percent-encoded utf-8", f"{R}/get?name=%C3%9Cbung"),
            get("invalid percent-encoding", f"{R}/get?name=%ZZ"),
            get("invalid utf-8", f"{R}/get?name=%FF"),
            get("name twice", f"{R}/get?name=nobody-1&name=nobody-2"),
            get("empty name", f"{R}/get?name="),
            get("semicolon does not separate", f"{R}/get?x=1;name=nobody"),
            get("number-like name", f"{R}/get?name=5"),
        ],
    ),
]
