// The shape of a stage: a ring that fills on the way to the last active stage, a box for the archive. It tells the
// stages apart without colour.
import type { StageRole } from "./roles";

function wedge(share: number): string {
  const angle = 2 * Math.PI * share;
  const [x, y] = [7 + 3.2 * Math.sin(angle), 7 - 3.2 * Math.cos(angle)];
  return `M7 7V3.8A3.2 3.2 0 ${share > 0.5 ? 1 : 0} 1 ${x.toFixed(2)} ${y.toFixed(2)}Z`;
}

export function StageIcon({ role }: { role: StageRole }) {
  return (
    <svg viewBox="0 0 14 14" className="size-3.5 shrink-0" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      {role.kind === "initial" && <circle cx="7" cy="7" r="5.2" strokeDasharray="2.2 1.9" />}
      {role.kind === "archive" && <path d="M1.8 2.6h10.4v2.6H1.8zM2.7 5.2v6.2h8.6V5.2M5.4 7.6h3.2" strokeLinejoin="round" />}
      {role.kind === "unknown" && <path d="M7 1.6 12.4 7 7 12.4 1.6 7z" strokeLinejoin="round" />}
      {role.kind === "active" && role.step < role.of && (
        <>
          <circle cx="7" cy="7" r="5.2" />
          <path d={wedge(role.step / role.of)} fill="currentColor" stroke="none" />
        </>
      )}
      {role.kind === "active" && role.step === role.of && (
        <>
          <circle cx="7" cy="7" r="5.9" fill="currentColor" stroke="none" />
          <path d="m4.4 7.2 1.8 1.8 3.4-3.7" stroke="var(--stage-background)" strokeLinecap="round" strokeLinejoin="round" />
        </>
      )}
    </svg>
  );
}
