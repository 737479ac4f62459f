// Every read of the application, by key. The live stream invalidates by these keys, so they are made here only.
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";

export const keys = {
  stages: ["stages"] as const,
  models: ["models"] as const,
  model: (name: string) => ["model", name] as const,
  runs: ["runs"] as const,
  // Not below the model's: what happens to a model does not change its files, and reading them again costs.
  files: (name: string, version: number) => ["files", name, version] as const,
};

const PAGE = 50;
const FILES_PAGE = 500;
/** No event tells that files were written, so what was read of them ages. */
export const FILES_FRESH_MS = 60_000;

export const stagesQuery = queryOptions({
  queryKey: keys.stages,
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/stages", { signal })),
  staleTime: 5 * 60_000,
});

export interface ModelSearch {
  filter?: string | undefined;
  orderBy?: string | undefined;
}

export const modelsQuery = ({ filter, orderBy }: ModelSearch) =>
  infiniteQueryOptions({
    queryKey: [...keys.models, { filter, orderBy }],
    queryFn: ({ signal, pageParam: cursor }) =>
      unwrap(api.GET("/api/v1/models", { signal, params: { query: { filter, order_by: orderBy, limit: PAGE, cursor } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });

export const modelQuery = (name: string) =>
  queryOptions({
    queryKey: keys.model(name),
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/models/{name}", { signal, params: { path: { name } } })),
  });

export const versionsQuery = (name: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.model(name), "versions"],
    queryFn: ({ signal, pageParam: cursor }) =>
      unwrap(
        api.GET("/api/v1/models/{name}/versions", { signal, params: { path: { name }, query: { limit: PAGE, cursor } } }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const versionQuery = (name: string, version: number) =>
  queryOptions({
    queryKey: [...keys.model(name), "version", version],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/models/{name}/versions/{version}", { signal, params: { path: { name, version } } })),
  });

export const historyQuery = (name: string, version?: number) =>
  infiniteQueryOptions({
    queryKey: [...keys.model(name), "history", { version }],
    queryFn: ({ signal, pageParam: cursor }) =>
      unwrap(
        api.GET("/api/v1/models/{name}/history", {
          signal,
          params: { path: { name }, query: { version, limit: PAGE, cursor } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const decisionQuery = (name: string, version: number, stage: string, archive: boolean) =>
  queryOptions({
    queryKey: [...keys.model(name), "decision", version, stage, archive],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/models/{name}/versions/{version}/decision", {
          signal,
          params: { path: { name, version }, query: { stage, archive_existing_versions: archive || undefined } },
        }),
      ),
    // A decision is about this moment; an old one must never be shown as the current one.
    gcTime: 0,
    staleTime: 0,
    // Some rules come to pass by time alone, with no event to tell.
    refetchInterval: 15_000,
  });

export const filesQuery = (name: string, version: number, path: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.files(name, version), "folder", path],
    queryFn: ({ signal, pageParam: cursor }) =>
      unwrap(
        api.GET("/api/v1/models/{name}/versions/{version}/files", {
          signal,
          params: { path: { name, version }, query: { path: path || undefined, limit: FILES_PAGE, cursor } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: FILES_FRESH_MS,
  });

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.runs, "run", id],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/runs/{run_id}", { signal, params: { path: { run_id: id } } })),
  });

export const runsQuery = (experiment: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.runs, "experiment", experiment],
    queryFn: ({ signal, pageParam: cursor }) =>
      unwrap(
        api.GET("/api/v1/experiments/{experiment_id}/runs", {
          signal,
          params: { path: { experiment_id: experiment }, query: { limit: PAGE, cursor } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
