// The one door to the server: a typed client for /api/v1, and the error that every failed call becomes.
import createClient from "openapi-fetch";
import type { paths } from "./schema.gen";
import type { Problem } from "./types";

/** Resolved against the document, so that a reverse proxy may put the whole server under a prefix. */
export function serverUrl(path: string): string {
  return new URL(path, document.baseURI.split("#")[0]).toString();
}

export const api = createClient<paths>({ baseUrl: typeof document === "undefined" ? "" : serverUrl(".") });

export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    message: string,
    /** 0 when there was no answer at all. */
    readonly status: number,
    readonly code: string,
    readonly requestId: string | null,
  ) {
    super(message);
  }

  get notFound(): boolean {
    return this.status === 404;
  }
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer, or an `ApiError` in the server's own words. */
export async function unwrap<T>(pending: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await pending;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError("The server could not be reached.", 0, "UNREACHABLE", null);
  }
  const { data, error, response } = answer;
  if (response.ok && data !== undefined) return data;
  const problem = (typeof error === "object" && error !== null ? error : {}) as Partial<Problem>;
  throw new ApiError(
    problem.detail ?? `The server answered ${response.status} ${response.statusText}`.trim() + ".",
    response.status,
    problem.error_code ?? "",
    response.headers.get("x-request-id"),
  );
}
