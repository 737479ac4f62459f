import { expect, test } from "vitest";
import type { Event } from "../../api/types";
import { foldEffects } from "./fold";

const event = (sequence: number, cause: number | null = null) => ({ chain: "m1", sequence, cause }) as Event;

test("side effects stand under their cause, in the order they happened", () => {
  const entries = foldEffects([event(5), event(4, 2), event(3, 2), event(2), event(1)]);
  expect(entries.map((entry) => [entry.event.sequence, entry.effects.map((effect) => effect.sequence)])).toEqual([[5, []], [2, [3, 4]], [1, []]]);
});

test("an effect whose cause is on a later page stands for itself until that page is there", () => {
  expect(foldEffects([event(3, 2)]).map((entry) => entry.event.sequence)).toEqual([3]);
});

test("equal sequences of two chains are not confused", () => {
  const other = { chain: "m2", sequence: 1, cause: null } as Event;
  expect(foldEffects([other, event(2, 1)])).toHaveLength(2);
});
