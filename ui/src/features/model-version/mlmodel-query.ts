// The MLmodel file of a version, read and parsed.
import { queryOptions } from "@tanstack/react-query";
import { readHead } from "../../api/file";
import { FILES_FRESH_MS, keys } from "../../api/queries";
import { asText } from "../artifact/kind";
import type { MlModel } from "./mlmodel";

/** Real ones have a few thousand bytes. */
const MAX_MLMODEL = 256 * 1024;
const PATIENCE_MS = 3_000;

/** The file as far as it was understood. */
export type MlModelFile = { model: MlModel } | { problem: string; text: string | null };

export const mlModelQuery = (name: string, version: number) =>
  queryOptions({
    queryKey: [...keys.files(name, version), "MLmodel"],
    queryFn: async ({ signal }): Promise<MlModelFile> => {
      const { bytes, whole } = await readHead(name, version, "MLmodel", MAX_MLMODEL, signal);
      const text = asText(bytes, whole);
      if (text === null) return { problem: "It is no text.", text };
      if (!whole) return { problem: `It is larger than ${MAX_MLMODEL / 1024} KiB.`, text };
      const parsed = await parse(text);
      return "model" in parsed ? parsed : { ...parsed, text };
    },
    staleTime: FILES_FRESH_MS,
  });

/** In a worker: the file may hold anything, and there are texts that YAML takes minutes for. */
function parse(text: string): Promise<{ model: MlModel } | { problem: string }> {
  const worker = new Worker(new URL("./mlmodel.worker.ts", import.meta.url), { type: "module" });
  return new Promise<{ model: MlModel } | { problem: string }>((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = () => resolve({ problem: "It could not be parsed." });
    setTimeout(() => resolve({ problem: "Parsing it takes too long." }), PATIENCE_MS);
    worker.postMessage(text);
  }).finally(() => worker.terminate());
}
