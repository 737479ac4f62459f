// What is in each active stage of a model, since when and by whom: the first thing on its page.
import type { RegisteredModel } from "../../api/types";
import { Age, exactUtc } from "../../components/time";
import { WarningIcon } from "../../components/icons";
import { useFlash } from "../../components/use-flash";
import { StageBadge } from "../stage/stage-badge";
import { useStages } from "../stage/use-stages";
import { holdingOf, VersionLink } from "./stage-holding";

export function StageStrip({ model }: { model: RegisteredModel }) {
  const { active } = useStages();
  return (
    <ul className="grid gap-3 sm:grid-cols-[repeat(auto-fit,minmax(15rem,1fr))]" aria-label="Stages">
      {[...active].reverse().map((stage) => (
        <StageCard key={stage.name} model={model} stage={stage.name} />
      ))}
    </ul>
  );
}

function StageCard({ model, stage }: { model: RegisteredModel; stage: string }) {
  const holding = holdingOf(model, stage);
  const versions = holding?.versions ?? [];
  const card = useFlash<HTMLLIElement>(versions.map((one) => `${one.version}@${one.since}`).join());
  const { style } = useStages().look(stage);
  return (
    <li ref={card} className="panel stage-card" style={style} data-testid={`stage-${stage}`}>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <StageBadge stage={stage} />
        {(versions.length > 1 || holding?.more) && (
          <span className="text-warning inline-flex items-center gap-1 text-xs font-semibold">
            <WarningIcon />
            {holding?.more ? `more than ${versions.length}` : versions.length} in {stage}
          </span>
        )}
      </div>
      {versions.length === 0 && <p className="text-muted">No version</p>}
      {versions.map((one) => (
        <p key={one.version} className="flex flex-wrap items-baseline gap-x-2">
          <span className="text-xl">
            <VersionLink model={model.name} version={one.version} />
          </span>
          <span className="text-muted text-xs">
            for <Age since={one.since} />
            {one.by && (
              <>
                , by <span className="text-ink">{one.by}</span>
              </>
            )}
            <span className="block">since {exactUtc(one.since)}</span>
          </span>
        </p>
      ))}
      {holding?.more && <p className="text-muted text-xs">and more, see the versions below</p>}
    </li>
  );
}
