"""The stock client, driven line by line: one JSON request per line in, one JSON answer per line out.

A process of its own is kept open because importing mlflow takes seconds, which no live measurement may contain.
"""

import json
import struct
import sys
import tempfile
import time
import warnings
import zlib
from pathlib import Path

warnings.simplefilter("ignore")

from mlflow import MlflowClient  # noqa: E402

client = MlflowClient(sys.argv[1])
# What mlflow prints for people must not come between the answers.
answers, sys.stdout = sys.stdout, sys.stderr


def create_model(name):
    client.create_registered_model(name)


def create_version(name, source):
    return int(client.create_model_version(name, source, await_creation_for=0).version)


def transition(name, version, stage, archive=False):
    client.transition_model_version_stage(name, str(version), stage, archive_existing_versions=archive)
    # The page and this process share the machine's clock.
    return time.time() * 1000


def latest(name, stage):
    return [[int(found.version), found.current_stage] for found in client.get_latest_versions(name, [stage])]


def train(name):
    """Trains a small model as people do, with everything around it that a registry may show, and registers it."""
    import mlflow
    import pandas as pd
    from mlflow.models import infer_signature
    from sklearn.linear_model import LogisticRegression

    mlflow.set_tracking_uri(sys.argv[1])
    mlflow.set_experiment("churn/weekly")
    frame = pd.DataFrame({"tenure": [1, 2, 30, 40], "spend": [9.5, 12.0, 40.25, 80.0]})
    with mlflow.start_run(run_name="train-01") as run:
        mlflow.log_params({"C": 0.5, **{f"feature_{number:02}": number for number in range(12)}})
        for step, value in enumerate((0.5, 0.75, 0.9199999999999999)):
            mlflow.log_metric("f1", value, step=step)
        mlflow.log_metric("lift", float("nan"))
        mlflow.log_input(mlflow.data.from_pandas(frame, name="accounts"), context="training")
        fitted = LogisticRegression(C=0.5).fit(frame, [1, 1, 0, 0])
        signature = infer_signature(frame, fitted.predict(frame), params={"threshold": 0.5})
        logged = mlflow.sklearn.log_model(fitted, name="model", signature=signature, input_example=frame.head(2))
    with tempfile.TemporaryDirectory() as folder:
        for path, content in EVALUATION.items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        client.log_model_artifacts(logged.model_id, folder)
    version = mlflow.register_model(logged.model_uri, name, await_registration_for=0)
    return {"version": int(version.version), "run": run.info.run_id, "experiment": run.info.experiment_id, "model": logged.model_id}


def put_file(model_id, name, text):
    """Writes over a file of a logged model."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, name)
        file.write_text(text)
        client.log_model_artifact(model_id, str(file))


def png(size):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress((b"\0" + b"\x80" * size) * size)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


# What people put beside a model, and what somebody hostile would.
EVALUATION = {
    "evaluation/scores.csv": b'customer,score\nc-1,0.25\nc-2,"0,75"\n',
    "evaluation/plot.png": png(40),
    "evaluation/report.html": b"<script>fetch('https://tracker.example')</script><h1>report</h1>",
    "evaluation/logo.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "evaluation/fake.png": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "evaluation/notes.md": b"# Notes\n\n![x](https://tracker.example/x.png) <img src=x onerror=alert(1)>\n",
    "evaluation/deep/one-line.json": b'{"f1":0.9199999999999999,"ids":[12345678901234567890]}',
}

CALLS = {call.__name__: call for call in (create_model, create_version, transition, latest, train, put_file)}

print(json.dumps({"ready": True}), file=answers, flush=True)
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"value": CALLS[request["call"]](*request["args"])}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), file=answers, flush=True)
