// One run: what it was given, what it measured, and what was registered from it, with its stage now.
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ApiError } from "../api/client";
import { runQuery } from "../api/queries";
import type { RunVersion, RunView } from "../api/types";
import { Copyable } from "../components/copyable";
import { Fact, None } from "../components/facts";
import { ErrorNote, Skeleton } from "../components/page-state";
import { PageTitle } from "../components/page-title";
import { RunDetails, RunTimes } from "../features/run/run-details";
import { RunStatus } from "../features/run/run-status";
import { StageBadge } from "../features/stage/stage-badge";
import { NotFoundPage } from "./not-found";

export function RunPage() {
  const { run: id } = useParams({ strict: false }) as { run: string };
  const { data: view, error, refetch } = useQuery(runQuery(id));
  if (error instanceof ApiError && error.notFound) return <NotFoundPage title="There is no such run" detail={error.message} />;
  const name = view?.run.name || "unnamed run";
  return (
    <>
      <PageTitle title={view ? name : `Run ${id.slice(0, 8)}…`} trail={view && <ExperimentCrumb view={view} />}>
        {view && <RunStatus status={view.run.status} />}
      </PageTitle>
      {error && <ErrorNote what="The run could not be read." error={error} onRetry={() => void refetch()} />}
      {!view && !error && <Skeleton rows={6} label="Loading the run" />}
      {view && (
        <>
          <Registered versions={view.versions} />
          <RunDetails run={view.run} datasets={view.datasets} facts={<RunFacts view={view} />} />
        </>
      )}
    </>
  );
}

function ExperimentCrumb({ view: { run } }: { view: RunView }) {
  return (
    <>
      <Link to="/experiments/$experiment" params={{ experiment: run.experiment_id }} className="link [overflow-wrap:anywhere]">
        <bdi>{run.experiment_name}</bdi>
      </Link>
      <span aria-hidden="true">/</span>
    </>
  );
}

function Registered({ versions }: { versions: RunVersion[] }) {
  return (
    <section aria-labelledby="registered">
      <h2 id="registered" className="section-title">
        Registered versions
      </h2>
      {versions.length === 0 ? (
        <p className="panel text-muted px-4 py-3">Nothing was registered from this run.</p>
      ) : (
        <ul className="panel divide-line divide-y">
          {versions.map(({ model, version, stage }) => (
            <li key={`${model}/${version}`} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
              <Link to="/models/$name/versions/$version" params={{ name: model, version: String(version) }} className="link [overflow-wrap:anywhere]">
                <bdi>{model}</bdi> v{version}
              </Link>
              <StageBadge stage={stage} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function RunFacts({ view: { run, user, artifact_uri: location } }: { view: RunView }) {
  return (
    <dl className="facts panel">
      <Fact term="Run id">
        <Copyable text={run.run_id} label="the run id" />
      </Fact>
      <Fact term="Experiment">
        <bdi>{run.experiment_name}</bdi> <span className="text-muted text-xs">id {run.experiment_id}</span>
      </Fact>
      <Fact term="User">{user ? <bdi>{user}</bdi> : <None>not said</None>}</Fact>
      <RunTimes run={run} />
      <Fact term="Artifacts">
        <code>{location}</code>
      </Fact>
    </dl>
  );
}
