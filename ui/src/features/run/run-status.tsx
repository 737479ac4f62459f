// How a run ended, as icon and word.
import type { ReactNode } from "react";
import { CheckIcon, ClockIcon, CrossIcon } from "../../components/icons";

const LOOK: Record<string, { icon: ReactNode; tone: string }> = {
  FINISHED: { icon: <CheckIcon />, tone: "text-accent" },
  FAILED: { icon: <CrossIcon />, tone: "text-danger" },
  KILLED: { icon: <CrossIcon />, tone: "text-danger" },
};
const UNDER_WAY = { icon: <ClockIcon />, tone: "text-muted" };

export function RunStatus({ status }: { status: string }) {
  const { icon, tone } = LOOK[status] ?? UNDER_WAY;
  return (
    <span className={`${tone} inline-flex items-center gap-1`}>
      {icon}
      {status.toLowerCase()}
    </span>
  );
}
