import { expect, test } from "vitest";
import { createPump, staleKeys } from "./pump";

test("what becomes stale during a re-read is read again once, when it is done", async () => {
  const reads: string[] = [];
  const finish: (() => void)[] = [];
  const pump = createPump({
    invalidateQueries: (filters) => {
      reads.push(JSON.stringify(filters?.queryKey));
      return new Promise<void>((resolve) => finish.push(resolve));
    },
  });
  pump([["models"]]);
  for (let index = 0; index < 10; index++) pump([["models"]]);
  expect(reads).toEqual(['["models"]']);
  finish.shift()!();
  await new Promise((resolve) => setTimeout(resolve));
  expect(reads).toHaveLength(2);
});

test("a rename makes both names stale, new definitions make everything stale", () => {
  const base = { kind: "registered_model.renamed", model: "A", after: { name: "B" } };
  expect(staleKeys(base as never)).toEqual([["models"], ["runs"], ["model", "A"], ["model", "B"]]);
  expect(staleKeys({ kind: "stage_definitions.applied" } as never)).toEqual([[]]);
});
