"""The stock client, driven line by line: one JSON request per line in, one JSON answer per line out.

A process of its own is kept open because importing mlflow takes seconds, which no live measurement may contain.
"""

import json
import sys
import time
import warnings

warnings.simplefilter("ignore")

from mlflow import MlflowClient  # noqa: E402

client = MlflowClient(sys.argv[1])


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


CALLS = {call.__name__: call for call in (create_model, create_version, transition, latest)}

print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"value": CALLS[request["call"]](*request["args"])}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
