// What a stage is for, read from its definition. No stage is known here by name.
import type { StageDefinition } from "../../api/types";

export type StageRole =
  | { kind: "initial" }
  | { kind: "archive" }
  /** The `step`th of `of` stages between the initial one and the archive, counted from 1. */
  | { kind: "active"; step: number; of: number }
  /** Not in the definitions any more; history may still name it. */
  | { kind: "unknown" };

export function activeStages(stages: StageDefinition[]): StageDefinition[] {
  return stages.filter((stage) => !stage.initial && !stage.archive);
}

export function stageRole(name: string, stages: StageDefinition[]): StageRole {
  const stage = stages.find((candidate) => candidate.name === name);
  if (!stage) return { kind: "unknown" };
  if (stage.initial) return { kind: "initial" };
  if (stage.archive) return { kind: "archive" };
  const active = activeStages(stages);
  return { kind: "active", step: active.indexOf(stage) + 1, of: active.length };
}
