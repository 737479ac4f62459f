// The runs of an experiment, the newest first.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ApiError } from "../api/client";
import { runsQuery } from "../api/queries";
import type { RunSummary } from "../api/types";
import { WarningIcon } from "../components/icons";
import { MoreButton } from "../components/more-button";
import { ErrorNote, Skeleton } from "../components/page-state";
import { PageTitle } from "../components/page-title";
import { Ago, duration } from "../components/time";
import { RunStatus } from "../features/run/run-status";
import { NotFoundPage } from "./not-found";

export function ExperimentPage() {
  const { experiment: id } = useParams({ strict: false }) as { experiment: string };
  const pages = useInfiniteQuery(runsQuery(id));
  if (pages.error instanceof ApiError && pages.error.notFound) return <NotFoundPage title={`There is no experiment ${id}`} detail={pages.error.message} />;
  const first = pages.data?.pages[0];
  const runs = pages.data?.pages.flatMap((page) => page.runs) ?? [];
  return (
    <>
      <PageTitle title={first?.experiment_name ?? `Experiment ${id}`} />
      {first?.lifecycle_stage === "deleted" && (
        <p className="note note-warning">
          <WarningIcon />
          <span>This experiment has been deleted.</span>
        </p>
      )}
      <section aria-labelledby="runs">
        <h2 id="runs" className="section-title">
          Runs
        </h2>
        {pages.isPending && <Skeleton rows={4} label="Loading the runs" />}
        {!pages.isPending && !pages.data && <ErrorNote what="The runs could not be read." error={pages.error!} onRetry={() => void pages.refetch()} />}
        {first && runs.length === 0 && <p className="panel text-muted px-4 py-3">No active run. Runs that a client starts are listed here.</p>}
        {runs.length > 0 && (
          <div className="panel">
            <RunsTable experiment={id} runs={runs} />
            <MoreButton pages={pages} noun="runs" />
          </div>
        )}
      </section>
    </>
  );
}

function RunsTable({ experiment, runs }: { experiment: string; runs: RunSummary[] }) {
  return (
    <table className="table">
      <caption className="sr-only">Runs, the newest first</caption>
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">Status</th>
          <th scope="col">Started</th>
          <th scope="col" className="max-md:hidden">Took</th>
          <th scope="col" className="max-md:hidden">User</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={run.run_id} data-testid="run">
            <th scope="row" className="font-normal [overflow-wrap:anywhere]">
              <Link to="/experiments/$experiment/runs/$run" params={{ experiment, run: run.run_id }} className="link">
                <bdi>{run.name || "unnamed"}</bdi>
              </Link>
            </th>
            <td>
              <RunStatus status={run.status} />
            </td>
            <td>
              <Ago at={run.started_at} />
            </td>
            <td className="text-muted max-md:hidden">{run.ended_at != null && duration(run.ended_at - run.started_at)}</td>
            <td className="max-md:hidden">
              <bdi>{run.user}</bdi>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
