// One version: its stage, and in parts what it is, where it comes from and what it is made of.
import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { ApiError } from "../api/client";
import { versionQuery } from "../api/queries";
import type { ModelVersion } from "../api/types";
import { ErrorNote, Skeleton } from "../components/page-state";
import { PageTitle } from "../components/page-title";
import { Age, exactUtc } from "../components/time";
import { useFlash } from "../components/use-flash";
import { MismatchNote } from "../features/model-version/integrity";
import { VersionOverview } from "../features/model-version/version-overview";
import { VersionTabs } from "../features/model-version/version-tabs";
import { StageMenu } from "../features/stage/stage-menu";
import { ModelsCrumb } from "./model";
import { NotFoundPage } from "./not-found";
import { versionNumber } from "./version-number";
import { versionSearch, type VersionTab } from "./version-search";

// Their code is fetched when somebody is about to open them: most visits need neither.
const PARTS = {
  signature: () => import("../features/model-version/signature-tab"),
  files: () => import("../features/artifact/files-tab"),
};
const SignatureTab = lazy(PARTS.signature);
const FilesTab = lazy(PARTS.files);

function prepare(tab: VersionTab | undefined) {
  // Opening the part tells what went wrong, if something did.
  if (tab) void PARTS[tab]().catch(() => {});
}

export function VersionPage() {
  const { name, version } = useParams({ strict: false }) as { name: string; version: string };
  const number = versionNumber(version);
  if (number === null) return <VersionNotFound name={name} version={version} />;
  return <KnownVersionPage key={`${name}/${number}`} name={name} number={number} />;
}

function KnownVersionPage({ name, number }: { name: string; number: number }) {
  const { tab, path } = versionSearch(useSearch({ strict: false }));
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
        <>
          <MismatchNote version={version} />
          <VersionTabs name={name} version={number} onIntent={prepare} />
          <Suspense fallback={<Skeleton rows={6} label="Loading" />}>
            {tab === undefined && <VersionOverview version={version} />}
            {tab === "signature" && <SignatureTab name={name} version={number} />}
            {tab === "files" && <FilesTab name={name} version={number} path={path} />}
          </Suspense>
        </>
      )}
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
