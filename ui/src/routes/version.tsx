// One version: its stage and how it came there, what it is, how to load it, and its history.
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ApiError } from "../api/client";
import { versionQuery } from "../api/queries";
import type { ModelVersion } from "../api/types";
import { ErrorNote, Skeleton } from "../components/page-state";
import { PageTitle } from "../components/page-title";
import { PlainText } from "../components/plain-text";
import { Age, exactUtc } from "../components/time";
import { useFlash } from "../components/use-flash";
import { History } from "../features/event/history";
import { LoadSnippet } from "../features/model-version/load-snippet";
import { VersionFacts } from "../features/model-version/version-facts";
import { StageMenu } from "../features/stage/stage-menu";
import { ModelsCrumb } from "./model";
import { NotFoundPage } from "./not-found";
import { versionNumber } from "./version-number";

export function VersionPage() {
  const { name, version } = useParams({ strict: false }) as { name: string; version: string };
  const number = versionNumber(version);
  if (number === null) return <VersionNotFound name={name} version={version} />;
  return <KnownVersionPage key={`${name}/${number}`} name={name} number={number} />;
}

function KnownVersionPage({ name, number }: { name: string; number: number }) {
  const { data: version, error, refetch } = useQuery(versionQuery(name, number));
  if (error instanceof ApiError && error.notFound) return <VersionNotFound name={name} version={String(number)} detail={error.message} />;

  const trail = (
    <>
      <ModelsCrumb />
      <Link to="/models/$name" params={{ name }} className="link [overflow-wrap:anywhere]">
        {name}
      </Link>
      <span aria-hidden="true">/</span>
    </>
  );
  return (
    <>
      <PageTitle title={`${name} v${number}`} trail={trail}>
        {version && <StageLine version={version} />}
      </PageTitle>
      {error && <ErrorNote what="The version could not be read." error={error} onRetry={() => void refetch()} />}
      {!version && !error && <Skeleton rows={6} label="Loading the version" />}
      {version && (
        <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-[repeat(2,minmax(0,1fr))]">
          <VersionFacts version={version} />
          <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
            <section aria-labelledby="load">
              <h2 id="load" className="section-title">
                Load it
              </h2>
              <LoadSnippet version={version} />
            </section>
            <section aria-labelledby="description">
              <h2 id="description" className="section-title">
                Description
              </h2>
              {version.description ? <PlainText text={version.description} /> : <p className="text-muted">No description.</p>}
            </section>
          </div>
        </div>
      )}
      <History name={name} version={number} />
    </>
  );
}

function StageLine({ version }: { version: ModelVersion }) {
  const line = useFlash<HTMLDivElement>(`${version.stage}@${version.stage_since}`);
  return (
    <div ref={line} className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-full" data-testid="stage-line">
      <StageMenu version={version} size="large" />
      <p className="text-muted text-sm">
        for <Age since={version.stage_since} />
        {version.stage_by && (
          <>
            , by <span className="text-ink">{version.stage_by}</span>
          </>
        )}
        , since {exactUtc(version.stage_since)}
      </p>
    </div>
  );
}

function VersionNotFound({ name, version, detail }: { name: string; version: string; detail?: string }) {
  return (
    <NotFoundPage title={`${name} has no v${version}`} detail={detail}>
      <Link to="/models/$name" params={{ name }} className="link">
        Versions of {name}
      </Link>
    </NotFoundPage>
  );
}
