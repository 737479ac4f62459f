"""Pages of both searches: sizes, tokens, the last page."""

import base64
import json

from ..request import Captured, Scenario, get, model, version

R, V = "registered-models", "model-versions"
SIZES = [
    "1",
    "2",
    "5",
    "6",
    "100",
    "1000",
    "1001",
    "200000",
    "200001",
    "0",
    "-1",
    "x",
    "1.5",
    "",
    "1e2",
    "99999999999999999999",
    " 2 ",
    "+2",
    "02",
    "2147483648",
]


def _token(value):
    return base64.b64encode(json.dumps(value).encode()).decode()


TOKENS = [
    ("nonsense", "nonsense!"), ("not base64 padding", "abc"), ("base64 of text", base64.b64encode(b"hello").decode()), ("empty", ""), ("blank", " "),
    ("object without offset", _token({"x": 1})), ("list", _token([1])), ("number", _token(5)), ("null", _token(None)), ("non-ascii", "ü"), ("base64 of bytes", base64.b64encode(b"\xff\xfe").decode()),
]  # fmt: skip


def _pages(path, filter_, size, order=None):
    query = {"filter": filter_, "max_results": str(size)} | ({"order_by": order} if order else {})
    name = f"{path} by {size}" + (f" {order}" if order else "")
    yield get(f"{name}: page 1", f"{path}/search", query)
    for number in range(2, 5):
        yield get(
            f"{name}: page {number}", f"{path}/search", query | {"page_token": Captured(f"{name}: page {number - 1}")}
        )


SCENARIOS = [
    Scenario(
        "paging",
        [
            *[model(f"pg-{n}") for n in (3, 1, 4, 2, 5)],
            *[version("pg-1", f"version {n}", f"s3://pg/{n}") for n in range(1, 6)],
            version("pg-2", "version of another", "s3://pg/other"),
            *_pages(R, "name LIKE 'pg-%'", 2),
            *_pages(R, "name LIKE 'pg-%'", 2, ["name DESC"]),
            *_pages(R, "name LIKE 'pg-%'", 2, ["timestamp DESC"]),
            *_pages(V, "source_path LIKE 's3://pg/%'", 2),
            *_pages(V, "source_path LIKE 's3://pg/%'", 2, ["version_number ASC"]),
            *_pages(V, "name = 'pg-1'", 3, ["name ASC", "version_number DESC"]),
            *[
                get(f"models, max_results {size!r}", f"{R}/search", {"filter": "name LIKE 'pg-%'", "max_results": size})
                for size in SIZES
            ],
            *[
                get(f"versions, max_results {size!r}", f"{V}/search", {"filter": "name = 'pg-1'", "max_results": size})
                for size in SIZES
            ],
            *[
                get(f"models, token {label}", f"{R}/search", {"filter": "name LIKE 'pg-%'", "page_token": token})
                for label, token in TOKENS
            ],
            *[
                get(f"versions, token {label}", f"{V}/search", {"filter": "name = 'pg-1'", "page_token": token})
                for label, token in TOKENS
            ],
            get("max_results twice", f"{R}/search?filter=name+LIKE+'pg-%25'&max_results=1&max_results=3"),
        ],
    )
]
