// An event in words. `before` and `after` hold only what changed, so every field is asked for with a fallback.
import type { Event } from "../../api/types";

export type Part = { text: string } | { strong: string } | { stage: string } | { version: number } | { code: string };

const text = (value: string): Part => ({ text: value });

function field(side: Event["after"], key: string): string {
  const value = side?.[key];
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

function either(event: Event, key: string): string {
  return field(event.after, key) || field(event.before, key);
}

function versionPart(event: Event): Part {
  return event.version != null ? { version: event.version } : text("a version");
}

function tagParts(event: Event, where: Part[]): Part[] {
  const key = either(event, "key");
  if (event.kind.endsWith(".deleted")) return [text("removed tag "), { code: key }, ...where];
  return [text("set tag "), { code: `${key}: ${field(event.after, "value")}` }, ...where];
}

function updated(event: Event, subject: Part[]): Part[] {
  const changed = Object.keys(event.after ?? event.before ?? {});
  const what = changed.length > 0 ? changed.map((key) => key.replaceAll("_", " ")).join(", ") : "details";
  return [text(`changed the ${what} of `), ...subject];
}

export function describe(event: Event): Part[] {
  const version = versionPart(event);
  switch (event.kind) {
    case "registered_model.created":
      return [text("created the model")];
    case "registered_model.updated":
      return updated(event, [text("the model")]);
    case "registered_model.renamed":
      return [text("renamed the model from "), { strong: field(event.before, "name") }, text(" to "), { strong: field(event.after, "name") }];
    case "registered_model.deleted":
      return [text("deleted the model")];
    case "registered_model_tag.set":
    case "registered_model_tag.deleted":
      return tagParts(event, [text(" on the model")]);
    case "alias.set": {
      const was = Number(field(event.before, "version"));
      const now = Number(field(event.after, "version")) || event.version || 0;
      const parts: Part[] = [text("pointed alias "), { code: `@${either(event, "alias")}` }, text(" at "), { version: now }];
      return was && was !== now ? [...parts, text(", before at "), { version: was }] : parts;
    }
    case "alias.deleted":
      return [text("removed alias "), { code: `@${either(event, "alias")}` }];
    case "model_version.created":
      return [text("registered "), version];
    case "model_version.updated":
      return updated(event, [version]);
    case "model_version.deleted":
      return [text("deleted "), { strong: `v${event.version ?? ""}` }];
    case "model_version.transitioned":
      return [text("moved "), version, text(" from "), { stage: field(event.before, "stage") }, text(" to "), { stage: field(event.after, "stage") }];
    case "model_version_tag.set":
    case "model_version_tag.deleted":
      return tagParts(event, [text(" on "), version]);
    case "model_version_digest.recorded":
      return [text("recorded the content digest of "), version];
    case "model_version_digest.checked":
      return field(event.after, "digest_state") === "mismatch"
        ? [text("found the files of "), version, text(" changed")]
        : [text("found the files of "), version, text(" as they were recorded")];
    case "stage_definitions.applied": {
      const revision = event.revision ?? field(event.after, "revision");
      return [text(`applied new stage definitions${revision ? `, revision ${revision}` : ""}`)];
    }
    default:
      return [text(event.kind.replaceAll(/[._]/g, " "))];
  }
}

/** Who did it; where the server did not know, at least with what. */
export function actorName(event: Event): string {
  return event.actor || clientName(event.user_agent) || "someone";
}

function partText(part: Part): string {
  if ("version" in part) return `v${part.version}`;
  if ("stage" in part) return part.stage;
  if ("strong" in part) return part.strong;
  return "code" in part ? part.code : part.text;
}

/** The same in one plain sentence, for screen readers and summaries. */
export function plainSentence(event: Event): string {
  const about = event.model ? `${event.model}: ` : "";
  return `${about}${actorName(event)} ${describe(event).map(partText).join("")}`;
}

/** What the client was, from its User-Agent. */
export function clientName(userAgent: string): string {
  if (!userAgent) return "";
  if (userAgent.startsWith("Mozilla/")) return "web UI";
  if (userAgent.includes("mlflow-python-client")) return "Python client";
  return userAgent.split(/[\s/]/)[0] ?? "";
}
