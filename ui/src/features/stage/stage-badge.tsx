// A stage as icon and word; never colour alone.
import { StageIcon } from "./stage-icon";
import { useStages } from "./use-stages";

export function StageBadge({ stage }: { stage: string }) {
  const { role, style } = useStages().look(stage);
  return (
    <span className="stage-badge" style={style}>
      <StageIcon role={role} />
      <span>{stage || "no stage"}</span>
    </span>
  );
}
