// Says that the ground moved while the panel was open, and by whom. The rules shown are already the new ones.
import { useState } from "react";
import type { Decision, ModelVersion } from "../../api/types";
import { Ago } from "../../components/time";
import { WarningIcon } from "../../components/icons";
import { versionsNamed } from "./words";

function occupancy(decision: Decision | undefined): string | undefined {
  return decision && JSON.stringify([decision.occupant_count, decision.occupants.map((other) => other.version)]);
}

interface Props {
  version: ModelVersion;
  decision: Decision | undefined;
  /** While the reader's own move is under way, what changes is their doing. */
  quiet: boolean;
}

export function ChangedMeanwhile({ version, decision, quiet }: Props) {
  const [openedSince] = useState(version.stage_since);
  const [openedStage] = useState(version.stage);
  const [firstOccupancy, setFirstOccupancy] = useState(occupancy(decision));
  if (firstOccupancy === undefined && decision) setFirstOccupancy(occupancy(decision));

  const moved = version.stage_since !== openedSince || version.stage !== openedStage;
  const othersMoved = decision !== undefined && firstOccupancy !== undefined && occupancy(decision) !== firstOccupancy;
  if (quiet || (!moved && !othersMoved)) return null;
  return (
    <div className="note note-warning" role="alert" data-testid="changed-meanwhile">
      <WarningIcon />
      <p>
        {moved ? (
          <>
            <strong>{version.stage_by || "Someone"}</strong> moved v{version.version} from {openedStage} to <strong>{version.stage}</strong>{" "}
            <Ago at={version.stage_since} />, while this was open.
          </>
        ) : (
          <>
            {decision!.to} changed while this was open: it now holds{" "}
            {decision!.occupant_count === 0 ? "no other version" : versionsNamed(decision!.occupants, decision!.occupant_count)}.
          </>
        )}{" "}
        The rules were evaluated again; your comment is kept.
      </p>
    </div>
  );
}
