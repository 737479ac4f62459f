// What is known of a run: facts, what it measured, what it was given, the data.
import type { ReactNode } from "react";
import type { LineageDataset, LineageRun } from "../../api/types";
import { Fact, None } from "../../components/facts";
import { WarningIcon } from "../../components/icons";
import { Ago, duration, exactUtc } from "../../components/time";
import { DatasetsTable } from "./datasets-table";
import { MetricsTable } from "./metrics-table";
import { ParamsTable } from "./params-table";

interface Props {
  run: LineageRun | null | undefined;
  datasets: LineageDataset[];
  facts: ReactNode;
}

export function RunDetails({ run, datasets, facts }: Props) {
  return (
    <>
      {run?.lifecycle_stage === "deleted" && (
        <p className="note note-warning">
          <WarningIcon />
          <span>This run has been deleted. What it logged is shown as it was.</span>
        </p>
      )}
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-x-6 gap-y-4 lg:grid-cols-[repeat(2,minmax(0,1fr))]">
        {/* Two columns where there is room; in one, what was measured comes before what it was measured on. */}
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4 max-lg:contents">
          {facts}
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
    </>
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

/** When the run began and ended. */
export function RunTimes({ run }: { run: LineageRun }) {
  return (
    <>
      <Fact term="Started">
        <Ago at={run.started_at} /> <span className="text-muted text-xs">{exactUtc(run.started_at)}</span>
      </Fact>
      <Fact term="Ended">
        {run.ended_at == null && <None>not yet</None>}
        {run.ended_at != null && (
          <>
            after {duration(run.ended_at - run.started_at)} <span className="text-muted text-xs">{exactUtc(run.ended_at)}</span>
          </>
        )}
      </Fact>
    </>
  );
}
