// Folds side effects under the event that caused them, newest cause first.
import type { Event } from "../../api/types";

export interface Entry {
  event: Event;
  effects: Event[];
}

/** `events` newest first. An effect whose cause is not among them (yet) stands for itself. */
export function foldEffects(events: Event[]): Entry[] {
  const entries: Entry[] = [];
  const bySequence = new Map<string, Entry>();
  const id = (chain: string, sequence: number) => `${chain}/${sequence}`;
  for (const event of events) {
    if (event.cause == null) bySequence.set(id(event.chain, event.sequence), { event, effects: [] });
  }
  for (const event of events) {
    const cause = event.cause == null ? undefined : bySequence.get(id(event.chain, event.cause));
    if (cause) cause.effects.push(event);
    else entries.push(bySequence.get(id(event.chain, event.sequence)) ?? { event, effects: [] });
  }
  for (const entry of entries) entry.effects.sort((one, other) => one.sequence - other.sequence);
  return entries;
}
