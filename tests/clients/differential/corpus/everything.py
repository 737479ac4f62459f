"""Unfiltered searches and listings, on a registry that is empty and then holds a little."""

from ..request import Scenario, delete, get, model, post, version

R, V = "registered-models", "model-versions"

SCENARIOS = [
    Scenario(
        "everything",
        [
            get("models of an empty registry", f"{R}/search"),
            get("versions of an empty registry", f"{V}/search"),
            get("models of an empty registry, filtered", f"{R}/search", {"filter": "name = 'x'"}),
            model("b-model"),
            model("a-model", description="first by name", tags=[{"key": "k", "value": "v"}]),
            model("C-model"),
            model("Übung"),
            version("b-model", "b1"),
            version("a-model", "a1"),
            version("b-model", "b2", tags=[{"key": "t", "value": "1"}]),
            get("models by default", f"{R}/search"),
            get("versions by default", f"{V}/search"),
            get("models, empty filter", f"{R}/search", {"filter": ""}),
            get("versions, empty filter", f"{V}/search", {"filter": ""}),
            get("models, only AND", f"{R}/search", {"filter": "AND"}),
            get("versions, only AND", f"{V}/search", {"filter": "and AND"}),
            get("models, unknown query field", f"{R}/search", {"nonsense": "1"}),
            get("models, two a page", f"{R}/search", {"max_results": "2"}),
            get("versions, two a page", f"{V}/search", {"max_results": "2"}),
            get("models, descending", f"{R}/search", {"order_by": ["name DESC"]}),
            post("search by POST is not offered", f"{R}/search", {}),
            *[delete(f"gone {n}", f"{R}/delete", {"name": n}) for n in ("a-model", "b-model", "C-model", "Übung")],
            get("models at the end", f"{R}/search"),
            get("versions at the end", f"{V}/search"),
        ],
    )
]
