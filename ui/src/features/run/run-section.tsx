// The run that made a version: what it was, what it was given, what it measured.
import { Link } from "@tanstack/react-router";
import type { LineageRun, ModelVersion } from "../../api/types";
import { Copyable } from "../../components/copyable";
import { Fact, None } from "../../components/facts";
import { httpLink } from "../model-version/run-link";
import { RunDetails, RunTimes } from "./run-details";
import { RunStatus } from "./run-status";

export function RunSection({ version }: { version: ModelVersion }) {
  const run = version.lineage?.run;
  return (
    <section aria-labelledby="run" className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <h2 id="run" className="section-title mb-0">
        Run
      </h2>
      <RunDetails run={run} datasets={version.lineage?.datasets ?? []} facts={<RunFacts version={version} run={run} />} />
    </section>
  );
}

function RunFacts({ version, run }: { version: ModelVersion; run: LineageRun | null | undefined }) {
  const loggedModel = version.lineage?.logged_model_id;
  return (
    <dl className="facts panel">
      {run && (
        <Fact term="Name">
          <span className="flex flex-wrap items-center gap-x-3">
            <Link to="/experiments/$experiment/runs/$run" params={{ experiment: run.experiment_id, run: run.run_id }} className="link font-medium">
              <bdi>{run.name || "unnamed"}</bdi>
            </Link>
            <RunStatus status={run.status} />
          </span>
        </Fact>
      )}
      {run && (
        <Fact term="Experiment">
          <Link to="/experiments/$experiment" params={{ experiment: run.experiment_id }} className="link">
            <bdi>{run.experiment_name}</bdi>
          </Link>{" "}
          <span className="text-muted text-xs">id {run.experiment_id}</span>
        </Fact>
      )}
      <Fact term="Run id">
        {!version.run_id && <None>registered without a run</None>}
        {version.run_id && <Copyable text={version.run_id} label="the run id" />}
        {version.run_id && !run && <span className="text-muted"> not a run of this server</span>}
      </Fact>
      {version.run_link && (
        <Fact term="Run link">
          <RunLink text={version.run_link} />
        </Fact>
      )}
      {run && <RunTimes run={run} />}
      {loggedModel && (
        <Fact term="Logged model">
          <Copyable text={loggedModel} label="the logged model's id" />
        </Fact>
      )}
    </dl>
  );
}

function RunLink({ text }: { text: string }) {
  const link = httpLink(text);
  if (link === null) return <bdi>{text}</bdi>;
  return (
    <a className="link" href={link} rel="noreferrer noopener">
      {text}
    </a>
  );
}
