// How to load this version: by its stage where that names it, by alias, and always by number.
import type { ModelVersion } from "../../api/types";
import { Snippet } from "../../components/snippet";
import { useStages } from "../stage/use-stages";

export function modelUris({ model, version, stage, aliases }: ModelVersion, activeStages: string[]): string[] {
  const byStage = activeStages.includes(stage) ? [`models:/${model}/${stage}`] : [];
  return [...byStage, ...aliases.map((alias) => `models:/${model}@${alias}`), `models:/${model}/${version}`];
}

export function LoadSnippet({ version }: { version: ModelVersion }) {
  const { active } = useStages();
  const [first, ...others] = modelUris(version, active.map((stage) => stage.name));
  const alternatives = others.map((uri) => `# or ${JSON.stringify(uri)}\n`).join("");
  const code = `import mlflow\nmodel = mlflow.pyfunc.load_model(${JSON.stringify(first)})\n${alternatives}`.trimEnd();
  return <Snippet code={code} label="Python to load this version" />;
}
