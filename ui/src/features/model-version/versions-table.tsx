// The versions of a model, newest first, each with its stage control.
import { useInfiniteQuery } from "@tanstack/react-query";
import { versionsQuery } from "../../api/queries";
import type { ModelVersion } from "../../api/types";
import { MoreButton } from "../../components/more-button";
import { ErrorNote, Skeleton } from "../../components/page-state";
import { AliasList, TagList } from "../../components/tag-list";
import { Age, Ago } from "../../components/time";
import { useFlash } from "../../components/use-flash";
import { VersionLink } from "../registered-model/stage-holding";
import { StageMenu } from "../stage/stage-menu";

export function VersionsTable({ name }: { name: string }) {
  const pages = useInfiniteQuery(versionsQuery(name));
  const versions = pages.data?.pages.flatMap((page) => page.versions) ?? [];
  if (pages.isPending) return <Skeleton rows={4} label="Loading the versions" />;
  if (!pages.data) return <ErrorNote what="The versions could not be read." error={pages.error!} onRetry={() => void pages.refetch()} />;
  if (versions.length === 0) return <p className="panel text-muted px-4 py-3">No version yet. Versions registered by a client are listed here.</p>;
  return (
    <div className="panel">
      <table className="table">
        <caption className="sr-only">Versions of {name}</caption>
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">Stage</th>
            <th scope="col" className="max-md:hidden">In stage</th>
            <th scope="col" className="max-md:hidden">Aliases</th>
            <th scope="col" className="max-md:hidden">Tags</th>
            <th scope="col" className="max-md:hidden">Registered</th>
          </tr>
        </thead>
        <tbody>
          {versions.map((version) => (
            <VersionRow key={version.version} version={version} />
          ))}
        </tbody>
      </table>
      <MoreButton pages={pages} noun="versions" />
    </div>
  );
}

function VersionRow({ version }: { version: ModelVersion }) {
  const row = useFlash<HTMLTableRowElement>(`${version.stage}@${version.stage_since}`);
  return (
    <tr ref={row} data-testid={`version-${version.version}`}>
      <th scope="row" className="font-normal">
        <VersionLink model={version.model} version={version.version} />
        {version.status !== "READY" && <p className="text-warning text-xs">{version.status.toLowerCase().replaceAll("_", " ")}</p>}
        <div className="mt-1 grid gap-1 md:hidden">
          <AliasList aliases={version.aliases} />
          <TagList tags={version.tags} limit={3} />
        </div>
      </th>
      <td>
        <StageMenu version={version} />
        <p className="text-muted mt-1 text-xs md:hidden">
          for <Age since={version.stage_since} />
        </p>
      </td>
      <td className="text-muted whitespace-nowrap max-md:hidden">
        <Age since={version.stage_since} />
        {version.stage_by && <span className="text-xs"> by {version.stage_by}</span>}
      </td>
      <td className="max-md:hidden">
        <AliasList aliases={version.aliases} />
      </td>
      <td className="max-md:hidden">
        <TagList tags={version.tags} limit={4} />
      </td>
      <td className="text-muted whitespace-nowrap max-md:hidden">
        <Ago at={version.created_at} />
        {version.created_by && <span className="text-xs"> by {version.created_by}</span>}
      </td>
    </tr>
  );
}
