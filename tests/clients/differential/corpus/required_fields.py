"""Every endpoint, with each of its fields missing, null, empty, and of each wrong type."""

from ..request import JSON, Request, Scenario, model, version

NAME = "rf"
R, V = "registered-models", "model-versions"

# method, path, required fields with a good value, optional fields with a good value
ENDPOINTS = [
    ("POST", f"{R}/create", {"name": "rf-new"}, {"description": "d", "tags": []}),
    ("GET", f"{R}/get", {"name": NAME}, {}),
    ("PATCH", f"{R}/update", {"name": NAME}, {"description": "d"}),
    ("POST", f"{R}/rename", {"name": NAME, "new_name": NAME}, {}),
    ("DELETE", f"{R}/delete", {"name": "rf-nobody"}, {}),
    ("GET", f"{R}/search", {}, {"filter": "name = 'rf'", "max_results": "10"}),
    ("POST", f"{R}/get-latest-versions", {"name": NAME}, {"stages": []}),
    ("GET", f"{R}/get-latest-versions", {"name": NAME}, {}),
    ("POST", f"{R}/set-tag", {"name": NAME, "key": "k"}, {"value": "v"}),
    ("DELETE", f"{R}/delete-tag", {"name": NAME, "key": "k"}, {}),
    ("POST", f"{R}/alias", {"name": NAME, "alias": "a", "version": "1"}, {}),
    ("GET", f"{R}/alias", {"name": NAME, "alias": "a"}, {}),
    ("DELETE", f"{R}/alias", {"name": NAME, "alias": "a"}, {}),
    ("POST", f"{V}/create", {"name": NAME, "source": "s3://b/rf"},
     {"run_id": "r", "run_link": "l", "description": "d", "tags": []}),
    ("GET", f"{V}/get", {"name": NAME, "version": "1"}, {}),
    ("PATCH", f"{V}/update", {"name": NAME, "version": "1"}, {"description": "d"}),
    ("POST", f"{V}/transition-stage", {"name": NAME, "version": "1", "stage": "Staging"},
     {"archive_existing_versions": False}),
    ("DELETE", f"{V}/delete", {"name": NAME, "version": "99"}, {}),
    ("GET", f"{V}/search", {}, {"filter": "name = 'rf'", "max_results": "10"}),
    ("GET", f"{V}/get-download-uri", {"name": NAME, "version": "1"}, {}),
    ("POST", f"{V}/set-tag", {"name": NAME, "version": "1", "key": "k"}, {"value": "v"}),
    ("DELETE", f"{V}/delete-tag", {"name": NAME, "version": "1", "key": "k"}, {}),
]  # fmt: skip

WRONG = [
    ("null", None),
    ("empty", ""),
    ("number", 5),
    ("fraction", 1.5),
    ("bool", True),
    ("list", ["x"]),
    ("object", {"a": "b"}),
    ("string", "x"),
]


def _request(label, method, path, fields):
    if method == "GET":
        return Request(label, method, path, query=fields)
    return Request(label, method, path, body=fields, headers=JSON)


def _variants(method, path, required, optional):
    good = required | optional
    # Without any field a search tells of the whole registry, which `everything` looks at.
    if required:
        yield _request("no field at all", method, path, {})
    for name in required:
        yield _request(f"without {name}", method, path, {k: v for k, v in good.items() if k != name})
    if method == "GET":
        for name in required:
            yield _request(f"{name} empty", method, path, good | {name: ""})
            yield _request(f"{name} blank", method, path, good | {name: "  "})
    else:
        for name in good:
            for kind, value in WRONG:
                if kind == "string" and isinstance(good[name], str):
                    continue
                if kind == "bool" and isinstance(good[name], bool):
                    continue
                yield _request(f"{name} is {kind}", method, path, good | {name: value})
        for name in required:
            yield _request(f"{name} is blank", method, path, good | {name: "  "})
    if required:
        yield _request("all of them wrong", method, path, {name: 5 for name in required})
    yield _request("all good", method, path, good)


SCENARIOS = [
    Scenario(
        "required fields/setting",
        [model(NAME), version(NAME, "version 1")],
    ),
    *[
        Scenario(f"required fields/{method} {path}", list(_variants(method, path, required, optional)))
        for method, path, required, optional in ENDPOINTS
    ],
]
