// An event's words with its stages as badges and its versions as links.
import { Link } from "@tanstack/react-router";
import type { Event } from "../../api/types";
import { StageBadge } from "../stage/stage-badge";
import { describe, type Part } from "./describe";

function PartView({ part, model, compact }: { part: Part; model: string; compact: boolean }) {
  if ("text" in part) return part.text;
  if ("stage" in part) return compact ? <span className="text-ink">{part.stage}</span> : <StageBadge stage={part.stage} />;
  if ("strong" in part) return <strong>{part.strong}</strong>;
  if ("code" in part) return <code className="[overflow-wrap:anywhere]">{part.code}</code>;
  return (
    <Link to="/models/$name/versions/$version" params={{ name: model, version: String(part.version) }} className="link font-medium">
      v{part.version}
    </Link>
  );
}

interface Props {
  event: Event;
  /** The model's name now: an event knows only the one it had. */
  model: string;
  compact?: boolean;
}

/** `compact` says the stages in plain words, for lines that only mention them. */
export function EventSentence({ event, model, compact = false }: Props) {
  return describe(event).map((part, index) => <PartView key={index} part={part} model={model} compact={compact} />);
}
