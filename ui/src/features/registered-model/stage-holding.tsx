// What a stage of a model holds: the version, or a warning that names them all when there is more than one.
import { Link } from "@tanstack/react-router";
import type { RegisteredModel, StageHolding } from "../../api/types";
import { WarningIcon } from "../../components/icons";
import { Age } from "../../components/time";

export function holdingOf(model: RegisteredModel, stage: string): StageHolding | undefined {
  return model.stages.find((holding) => holding.stage === stage);
}

export function VersionLink({ model, version }: { model: string; version: number }) {
  return (
    <Link to="/models/$name/versions/$version" params={{ name: model, version: String(version) }} className="link version-link">
      v{version}
    </Link>
  );
}

export function HoldingCell({ model, holding }: { model: string; holding: StageHolding | undefined }) {
  if (!holding || holding.versions.length === 0) return <span className="text-muted" aria-label="none">–</span>;
  const { versions, more, stage } = holding;
  if (versions.length === 1 && !more) {
    return (
      <span className="inline-flex items-baseline gap-2 whitespace-nowrap">
        <VersionLink model={model} version={versions[0]!.version} />
        <span className="text-muted text-xs">
          <Age since={versions[0]!.since} />
        </span>
      </span>
    );
  }
  return (
    <span className="grid justify-items-start gap-0.5">
      <span className="text-warning inline-flex items-center gap-1 text-xs font-semibold whitespace-nowrap">
        <WarningIcon />
        {more ? `more than ${versions.length}` : versions.length} in {stage}
      </span>
      <span className="flex flex-wrap gap-x-1.5">
        {versions.map(({ version }) => (
          <VersionLink key={version} model={model} version={version} />
        ))}
        {more && <span className="text-muted">…</span>}
      </span>
    </span>
  );
}
