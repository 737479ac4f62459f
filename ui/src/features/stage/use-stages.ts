// The stage definitions in force, as every component needs them.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { stagesQuery } from "../../api/queries";
import type { StageDefinition } from "../../api/types";
import { activeStages, stageRole } from "./roles";
import { baseColour, stageStyle } from "./colour";

const NONE: StageDefinition[] = [];

export function useStages() {
  const stages = useQuery(stagesQuery).data?.stages ?? NONE;
  return useMemo(
    () => ({
      all: stages,
      active: activeStages(stages),
      look(name: string) {
        const role = stageRole(name, stages);
        const defined = stages.find((stage) => stage.name === name)?.color;
        return { role, style: stageStyle(baseColour(role, defined)) };
      },
    }),
    [stages],
  );
}
