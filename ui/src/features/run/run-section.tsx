// The run that made a version: what it was, what it was given, what it measured.
import type { ReactNode } from "react";
import type { LineageRun, ModelVersion } from "../../api/types";
import { Copyable } from "../../components/copyable";
import { Fact, None } from "../../components/facts";
import { WarningIcon } from "../../components/icons";
import { Ago, duration, exactUtc } from "../../components/time";
import { httpLink } from "../model-version/run-link";
import { DatasetsTable } from "./datasets-table";
import { MetricsTable } from "./metrics-table";
import { ParamsTable } from "./params-table";
import { RunStatus } from "./run-status";

export function RunSection({ version }: { version: ModelVersion }) {
  const run = version.lineage?.run;
  const datasets = version.lineage?.datasets ?? [];
  return (
    <section aria-labelledby="run" className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <h2 id="run" className="section-title mb-0">
        Run
      </h2>
      {run?.lifecycle_stage === "deleted" && (
        <p className="note note-warning">
          <WarningIcon />
          <span>This run has been deleted. What it logged is shown as it was.</span>
        </p>
      )}
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-x-6 gap-y-4 lg:grid-cols-[repeat(2,minmax(0,1fr))]">
        {/* Two columns where there is room; in one, what was measured comes before what it was measured on. */}
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4 max-lg:contents">
          <RunFacts version={version} run={run} />
          {datasets.length > 0 && (
            <Listing title="Datasets" className="max-lg:order-last">
              <DatasetsTable datasets={datasets} />
            </Listing>
          )}
        </div>
        {run && (
          <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
            <Listing title="Metrics">
              <MetricsTable metrics={run.metrics} />
            </Listing>
            <Listing title="Params">
              <ParamsTable params={run.params} />
            </Listing>
          </div>
        )}
      </div>
    </section>
  );
}

function Listing({ title, className = "", children }: { title: string; className?: string; children: ReactNode }) {
  return (
    <div className={`panel overflow-hidden ${className}`}>
      <h3 className="border-line border-b px-4 py-2 font-medium">{title}</h3>
      {children}
    </div>
  );
}

function RunFacts({ version, run }: { version: ModelVersion; run?: LineageRun | null }) {
  const loggedModel = version.lineage?.logged_model_id;
  return (
    <dl className="facts panel">
      {run && (
        <Fact term="Name">
          <span className="flex flex-wrap items-center gap-x-3">
            <bdi className="font-medium">{run.name || "unnamed"}</bdi>
            <RunStatus status={run.status} />
          </span>
        </Fact>
      )}
      {run && (
        <Fact term="Experiment">
          <bdi>{run.experiment_name}</bdi> <span className="text-muted text-xs">id {run.experiment_id}</span>
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
      {run && (
        <Fact term="Started">
          <Ago at={run.started_at} /> <span className="text-muted text-xs">{exactUtc(run.started_at)}</span>
        </Fact>
      )}
      {run && (
        <Fact term="Ended">
          <Ended run={run} />
        </Fact>
      )}
      {loggedModel && (
        <Fact term="Logged model">
          <Copyable text={loggedModel} label="the logged model's id" />
        </Fact>
      )}
    </dl>
  );
}

function Ended({ run }: { run: LineageRun }) {
  if (run.ended_at == null) return <None>not yet</None>;
  return (
    <>
      after {duration(run.ended_at - run.started_at)} <span className="text-muted text-xs">{exactUtc(run.ended_at)}</span>
    </>
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
