// What is known of a version besides its stage and its run.
import type { ModelVersion } from "../../api/types";
import { Fact, None } from "../../components/facts";
import { AliasList, TagList } from "../../components/tag-list";
import { Ago, exactUtc } from "../../components/time";
import { Integrity } from "./integrity";

export function VersionFacts({ version }: { version: ModelVersion }) {
  return (
    <dl className="facts panel">
      <Fact term="Aliases">{version.aliases.length > 0 ? <AliasList aliases={version.aliases} /> : <None />}</Fact>
      <Fact term="Tags">{version.tags.length > 0 ? <TagList tags={version.tags} /> : <None />}</Fact>
      <Fact term="Source">{version.source ? <code>{version.source}</code> : <None />}</Fact>
      <Fact term="Content">
        <Integrity version={version} />
      </Fact>
      <Fact term="Registered">
        <Ago at={version.created_at} />
        {version.created_by && ` by ${version.created_by}`} <span className="text-muted text-xs">{exactUtc(version.created_at)}</span>
      </Fact>
      <Fact term="Status">{version.status.toLowerCase().replaceAll("_", " ")}</Fact>
    </dl>
  );
}
