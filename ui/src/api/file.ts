// The bytes of a version's files. They come from MLflow's own endpoint, which the generated client does not know.
import { queryOptions } from "@tanstack/react-query";
import { ApiError, serverUrl } from "./client";
import { FILES_FRESH_MS, keys } from "./queries";

/** Where a file is downloaded from; the server sends it so that no browser runs it. */
export function fileUrl(name: string, version: number, path: string): string {
  return serverUrl(`model-versions/get-artifact?${new URLSearchParams({ name, version: String(version), path })}`);
}

export interface FileHead {
  bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of the whole file; `null` when the server did not say. */
  size: number | null;
  /** Whether these are all of them. */
  whole: boolean;
}

/** The first `limit` bytes of a file, and no more than that of it, whatever the server sends. */
export async function readHead(name: string, version: number, path: string, limit: number, signal: AbortSignal): Promise<FileHead> {
  const request = fetch(fileUrl(name, version, path), { signal, headers: { range: `bytes=0-${limit - 1}` } });
  const response = await request.catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError("The server could not be reached.", 0, "UNREACHABLE", null);
  });
  // An empty file has no first byte to ask for.
  if (response.status === 416) return { bytes: new Uint8Array(), size: 0, whole: true };
  if (!response.ok) throw await refusal(response);
  const bytes = await upTo(limit, response);
  const size = wholeSize(response);
  return { bytes, size, whole: size === null ? bytes.length < limit : bytes.length >= size };
}

async function upTo(limit: number, response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  while (reader && length < limit) {
    const { value, done } = await reader.read();
    if (done) break;
    pieces.push(value);
    length += value.length;
  }
  void reader?.cancel().catch(() => {});
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes.slice(0, limit);
}

function wholeSize(response: Response): number | null {
  const told = response.status === 206 ? /\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1] : response.headers.get("content-length");
  return told == null ? null : Number(told);
}

/** MLflow's errors are JSON with a message; whatever else comes is told by its status. */
async function refusal(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const told = (typeof body === "object" && body !== null ? body : {}) as { message?: unknown; error_code?: unknown };
  const message = typeof told.message === "string" ? told.message : `The server answered ${response.status} ${response.statusText}`.trim() + ".";
  const code = typeof told.error_code === "string" ? told.error_code : "";
  return new ApiError(message, response.status, code, response.headers.get("x-request-id"));
}

/** The first `limit` bytes of a file. */
export const fileHeadQuery = (name: string, version: number, path: string, limit: number) =>
  queryOptions({
    queryKey: [...keys.files(name, version), "head", path, limit],
    queryFn: ({ signal }) => readHead(name, version, path, limit, signal),
    staleTime: FILES_FRESH_MS,
    gcTime: FILES_FRESH_MS,
    structuralSharing: false,
  });
