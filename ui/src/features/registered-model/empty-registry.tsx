// The first thing a new registry says: how to put a model into it, from here.
import { serverUrl } from "../../api/client";
import { Blank } from "../../components/page-state";
import { Snippet } from "../../components/snippet";

export function EmptyRegistry() {
  const address = serverUrl(".").replace(/\/$/, "");
  const code = `import mlflow; client = mlflow.MlflowClient("${address}")
client.create_registered_model("Unicorn")
client.create_model_version("Unicorn", "s3://bucket/unicorn/1")`;
  return (
    <Blank title="No models yet">
      <p className="text-muted">Register the first one from Python. This page shows it the moment it is there.</p>
      <div className="w-full max-w-3xl">
        <Snippet code={code} label="Python to register a model" />
      </div>
    </Blank>
  );
}
