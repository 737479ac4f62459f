"""Where things are and which server is under test, read once from the environment."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
BINARY = Path(os.environ.get("GREENROOM_BIN") or REPOSITORY / "target" / "debug" / "greenroom").resolve()
TARGET = os.environ.get("GREENROOM_TARGET", "greenroom")
POSTGRES = os.environ.get("GREENROOM_TEST_POSTGRES")

if TARGET not in ("greenroom", "mlflow"):
    raise SystemExit(f"GREENROOM_TARGET must be `greenroom` or `mlflow`, got {TARGET!r}")

ENGINES = ("sqlite", "postgres") if TARGET == "greenroom" else ("sqlite",)

# The client under test runs in this process and reads these when it is imported and at each call:
# no telemetry, and a 5xx answer shows at once instead of after minutes of retries.
CLIENT_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "MLFLOW_ENABLE_ASYNC_LOGGING": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}


def clean_environment(**extra: str) -> dict[str, str]:
    """The environment for a child process: ours without anybody's MLflow or Greenroom settings."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MLFLOW_", "GREENROOM_", "DATABRICKS_"))
    }
    return inherited | {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"} | extra
