"""Prompts: registered models with a tag, kept out of the searches unless asked for."""

from ..request import Scenario, get, look, look_version, model, post, version

R, V = "registered-models", "model-versions"
IS_PROMPT = "mlflow.prompt.is_prompt"
TAG = [{"key": IS_PROMPT, "value": "true"}]

FILTERS = [
    "", f"tag.`{IS_PROMPT}` = 'true'", f"tag.`{IS_PROMPT}` != 'true'", f"tag.`{IS_PROMPT}` = 'false'", f"tag.`{IS_PROMPT}` != 'false'", f"tags.`{IS_PROMPT}` = 'true'", f"tag.{IS_PROMPT} = 'true'", f"tag.\"{IS_PROMPT}\" = 'true'",
    f"tag.`{IS_PROMPT}` = 'TRUE'", f"tag.`{IS_PROMPT}` LIKE 't%'", f"tag.`{IS_PROMPT}` ILIKE 'TRUE'", f"tag.`{IS_PROMPT}` = ''", f"tag.`{IS_PROMPT}` != 'x'", f"tag.`{IS_PROMPT}` = 'true' AND tag.`{IS_PROMPT}` != 'true'", "tag.k = 'v'",
    f"tag.`{IS_PROMPT}` = 'true' AND tag.k = 'v'", f"tag.`{IS_PROMPT}` != 'true' AND tag.k = 'v'",
]  # fmt: skip


def _and(filter_, condition):
    return f"{condition} AND {filter_}" if filter_ else condition


SCENARIOS = [
    Scenario(
        "prompts",
        [
            model("pr-model"),
            model("pr-prompt", tags=TAG),
            model("pr-tagged", tags=TAG + [{"key": "k", "value": "v"}]),
            model("pr-no", tags=[{"key": IS_PROMPT, "value": "false"}]),
            model("pr-upper", tags=[{"key": IS_PROMPT, "value": "True"}]),
            model("pr-tagged-model", tags=[{"key": "k", "value": "v"}]),
            model("pr-prompt", "a model where a prompt is"),
            model("pr-prompt", "a prompt where a prompt is", tags=TAG),
            model("pr-model", "a prompt where a model is", tags=TAG),
            version("pr-model", "model v1", "s3://pr/m"),
            version(
                "pr-prompt",
                "prompt v1",
                "dummy-source",
                tags=TAG + [{"key": "mlflow.prompt.text", "value": "Hello {{name}}"}],
            ),
            version("pr-prompt", "prompt v2 with another placeholder", "prompt-template", tags=TAG),
            version("pr-prompt", "prompt version with a real source", "s3://pr/p", tags=TAG),
            version("pr-prompt", "prompt version with a local path", "/etc/passwd", tags=TAG),
            version("pr-prompt", "prompt version with a file uri", "file:///etc/passwd", tags=TAG),
            version("pr-prompt", "prompt version with http", "http://169.254.169.254/x", tags=TAG),
            version("pr-prompt", "version of a prompt without the tag", "s3://pr/q"),
            version("pr-model", "version of a model with the tag", "dummy-source", tags=TAG),
            version("pr-model", "version of a model with the tag and a path", "/etc/passwd", tags=TAG),
            version("pr-model", "tag says false", "/etc/passwd", tags=[{"key": IS_PROMPT, "value": "false"}]),
            version("pr-model", "true then false", "/etc/passwd", tags=TAG + [{"key": IS_PROMPT, "value": "false"}]),
            version("pr-model", "false then true", "/etc/passwd", tags=[{"key": IS_PROMPT, "value": "false"}] + TAG),
            version("pr-model", "TRUE in capitals", "/etc/passwd", tags=[{"key": IS_PROMPT, "value": "TRUE"}]),
            version("pr-tagged-model", "a prompt as the source", "models:/pr-prompt/1"),
            look("pr-prompt", "get the prompt"),
            look_version("pr-prompt", "1", "get the prompt version"),
            *[get(f"models: {f}", f"{R}/search", {"filter": _and(f, "name LIKE 'pr-%'")}) for f in FILTERS],
            *[get(f"versions: {f}", f"{V}/search", {"filter": _and(f, "name LIKE 'pr-%'")}) for f in FILTERS],
            get("versions of one prompt by name", f"{V}/search", {"filter": "name = 'pr-prompt'"}),
            get("models alone with the tag condition", f"{R}/search", {"filter": f"tag.`{IS_PROMPT}` = 'true'"}),
            post("set alias on a prompt", f"{R}/alias", {"name": "pr-prompt", "alias": "prod", "version": "1"}),
            get("get by alias", f"{R}/alias", {"name": "pr-prompt", "alias": "prod"}),
            get("download uri", f"{V}/get-download-uri", {"name": "pr-prompt", "version": "1"}),
            get("latest versions", f"{R}/get-latest-versions", {"name": "pr-prompt"}),
            post(
                "make a model a prompt by its tag",
                f"{R}/set-tag",
                {"name": "pr-tagged-model", "key": IS_PROMPT, "value": "true"},
            ),
            model("pr-tagged-model", "then its name says so"),
            get("and it leaves the search", f"{R}/search", {"filter": "name = 'pr-tagged-model'"}),
        ],
    )
]
