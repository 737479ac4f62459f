"""What a serving job does: it knows the server and the name of a model, nothing else."""

import json
import subprocess
import sys
from pathlib import Path

from . import settings

# One line in, one line out.
PREDICT = """
import json, sys
import mlflow, pandas
for line in sys.stdin:
    uri, data = json.loads(line)
    try:
        model = mlflow.pyfunc.load_model(uri)
        told = {
            "predictions": [int(value) for value in model.predict(pandas.DataFrame(data))],
            "inputs": model.metadata.get_input_schema().input_names(),
        }
    except Exception as error:
        told = {"error": f"{type(error).__name__}: {error}"}
    print("answer", json.dumps(told), flush=True)
"""


class Serving:
    """A process of its own in a folder of its own; a context manager that insists on a clean exit."""

    def __init__(self, folder: Path, url: str):
        self.folder = folder
        self.environment = settings.CLIENT_ENVIRONMENT | {"MLFLOW_TRACKING_URI": url}
        self.process: subprocess.Popen | None = None

    def __enter__(self) -> "Serving":
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PREDICT],
                cwd=self.folder,
                env=settings.clean_environment(**self.environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        return self

    def __exit__(self, *_exception) -> None:
        self.process.stdin.close()
        assert self.process.wait(30) == 0

    def predict(self, uri: str, data: dict) -> dict:
        """What the model of this URI makes of the data, and the inputs that it names."""
        self.process.stdin.write(json.dumps([uri, data]) + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.startswith("answer "):
                return json.loads(line.removeprefix("answer "))
        raise AssertionError(f"the serving job ended\n{(self.folder / 'log').read_text(errors='replace')}")
