// What is known of a version besides its stage.
import type { ReactNode } from "react";
import type { ModelVersion } from "../../api/types";
import { AliasList, TagList } from "../../components/tag-list";
import { Ago, exactUtc } from "../../components/time";
import { httpLink } from "./run-link";

export function VersionFacts({ version }: { version: ModelVersion }) {
  const link = httpLink(version.run_link);
  return (
    <dl className="facts panel">
      <Fact term="Aliases">{version.aliases.length > 0 ? <AliasList aliases={version.aliases} /> : <None />}</Fact>
      <Fact term="Tags">{version.tags.length > 0 ? <TagList tags={version.tags} /> : <None />}</Fact>
      <Fact term="Source">{version.source ? <code>{version.source}</code> : <None />}</Fact>
      <Fact term="Run">{version.run_id ? <code>{version.run_id}</code> : <None />}</Fact>
      {version.run_link && (
        <Fact term="Run link">
          {link ? (
            <a className="link" href={link} rel="noreferrer noopener">
              {version.run_link}
            </a>
          ) : (
            version.run_link
          )}
        </Fact>
      )}
      <Fact term="Registered">
        <Ago at={version.created_at} />
        {version.created_by && ` by ${version.created_by}`} <span className="text-muted text-xs">{exactUtc(version.created_at)}</span>
      </Fact>
      <Fact term="Status">{version.status.toLowerCase().replaceAll("_", " ")}</Fact>
    </dl>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="grid gap-x-4 px-4 py-2 sm:grid-cols-[6rem_1fr]">
      <dt className="text-muted">{term}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

function None() {
  return <span className="text-muted">none</span>;
}
