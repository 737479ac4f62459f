// Who has to leave when the version arrives, by name and with where to; or who stays beside it.
import type { Decision } from "../../api/types";
import { Age } from "../../components/time";
import { WarningIcon } from "../../components/icons";
import { versionsNamed } from "./words";

export function Displacement({ version, decision }: { version: number; decision: Decision }) {
  const { displaced, displaced_count: leaving, occupants, occupant_count: there, to, from } = decision;
  if (from === to) return null;
  if (leaving > 0) {
    const incumbent = leaving === 1 ? occupants.find((other) => other.version === displaced[0]?.version) : undefined;
    return (
      <p className="note" data-testid="displacement">
        <strong>{versionsNamed(displaced, leaving)}</strong> {leaving === 1 ? "leaves" : "leave"} {to} and{" "}
        {leaving === 1 ? "becomes" : "become"} <strong>{displaced[0]!.to}</strong>.
        {incumbent && (
          <span className="text-muted">
            {" "}
            There for <Age since={incumbent.since} />
            {incumbent.by && `, moved by ${incumbent.by}`}.
          </span>
        )}
        {there > leaving && ` ${to} will then hold ${there - leaving + 1} versions.`}
      </p>
    );
  }
  if (there > 0) {
    return (
      <p className="note note-warning" data-testid="displacement">
        <WarningIcon />
        <span>
          {to} will then hold {there + 1} versions: <strong>v{version}</strong> and <strong>{versionsNamed(occupants, there)}</strong>. Nothing is displaced.
        </span>
      </p>
    );
  }
  return (
    <p className="note" data-testid="displacement">
      No other version is in {to}; nothing is displaced.
    </p>
  );
}

interface ArchiveChoiceProps {
  decision: Decision;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

export function ArchiveChoice({ decision, checked, onChange }: ArchiveChoiceProps) {
  return (
    <label className="flex items-start gap-2">
      <input type="checkbox" className="mt-0.5 size-4" checked={checked} onChange={(change) => onChange(change.target.checked)} />
      <span>
        Archive the other versions in {decision.to}: <strong>{versionsNamed(decision.occupants, decision.occupant_count)}</strong>
      </span>
    </label>
  );
}
