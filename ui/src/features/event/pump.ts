// Turns a storm of events into as few re-reads as possible without ever showing the last state late: what became
// dirty while a re-read was under way is read again, once, when it is done.
import type { QueryClient, QueryKey } from "@tanstack/react-query";
import { keys } from "../../api/queries";
import type { Event } from "../../api/types";

/** The queries that an event makes stale. */
export function staleKeys(event: Event): QueryKey[] {
  if (event.kind.startsWith("stage_definitions.")) return [[]];
  if (!event.model) return [keys.models];
  const names = new Set([event.model]);
  if (event.kind === "registered_model.renamed") {
    for (const side of [event.before, event.after]) if (typeof side?.["name"] === "string") names.add(side["name"]);
  }
  // A run tells the stages of what was registered from it.
  return [keys.models, keys.runs, ...[...names].map(keys.model)];
}

export function createPump(client: Pick<QueryClient, "invalidateQueries">) {
  const dirty = new Map<string, QueryKey>();
  let running = false;

  async function run() {
    running = true;
    while (dirty.size > 0) {
      const batch = [...dirty.values()];
      dirty.clear();
      await Promise.allSettled(batch.map((queryKey) => client.invalidateQueries({ queryKey })));
    }
    running = false;
  }

  return (stale: QueryKey[]) => {
    for (const key of stale) dirty.set(JSON.stringify(key), key);
    if (!running) void run();
  };
}
