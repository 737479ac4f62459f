// Says that the page has stopped being live, since when, and what that means.
import { PauseIcon } from "../../components/icons";
import { exactUtc } from "../../components/time";
import { useLiveStatus } from "./live";

export function LiveBar() {
  const status = useLiveStatus();
  if (status.live) return null;
  const clock = new Date(status.since).toLocaleTimeString("en-GB");
  return (
    <div role="alert" className="live-bar" data-testid="live-bar">
      <PauseIcon />
      <p>
        Live updates paused since{" "}
        <time dateTime={new Date(status.since).toISOString()} title={exactUtc(status.since)}>
          {clock}
        </time>
        , retrying. Moving versions is disabled until then.
      </p>
    </div>
  );
}

export function LiveDot() {
  const { live } = useLiveStatus();
  return (
    <span className="text-muted inline-flex items-center gap-1.5 text-xs">
      <span className={`size-2 rounded-full ${live ? "bg-accent" : "border-warning border-2"}`} aria-hidden="true" />
      {live ? "Live" : "Paused"}
    </span>
  );
}
