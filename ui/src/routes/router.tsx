// The route table. The paths are those that MLflow's client prints and people have bookmarked; what MLflow appends
// to them (tabs, artifact paths, queries) still opens the page of the thing named.
import type { QueryClient } from "@tanstack/react-query";
import { createHashHistory, createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { filesQuery, historyQuery, modelQuery, modelsQuery, runQuery, runsQuery, stagesQuery, versionQuery, versionsQuery } from "../api/queries";
import { isSort, SORTS, toFilter, type Sort } from "../features/registered-model/search";
import { BrokenPage } from "./broken";
import { ModelPage } from "./model";
import { ModelsPage } from "./models";
import { NotFoundPage } from "./not-found";
import { Shell } from "./shell";
import { versionNumber } from "./version-number";
import { versionSearch, type VersionTab } from "./version-search";

interface ModelsSearch {
  q?: string;
  sort?: Sort;
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** `searchInput` is what MLflow's own list calls it. */
function modelsSearch(search: Record<string, unknown>): ModelsSearch {
  return { q: text(search["q"]) ?? text(search["searchInput"]), sort: isSort(search["sort"]) ? search["sort"] : undefined };
}

const root = createRootRouteWithContext<{ queries: QueryClient }>()({ component: Shell, notFoundComponent: () => <NotFoundPage /> });

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/models", replace: true });
  },
});

const models = createRoute({
  getParentRoute: () => root,
  path: "/models",
  validateSearch: modelsSearch,
  loaderDeps: ({ search }) => search,
  // Started, not awaited: the page shows its skeleton meanwhile.
  loader: ({ context: { queries }, deps: { q, sort } }) => {
    void queries.prefetchQuery(stagesQuery);
    void queries.prefetchInfiniteQuery(modelsQuery({ filter: toFilter(q ?? ""), orderBy: SORTS[sort ?? "name"].orderBy }));
  },
  component: ModelsPage,
});

function prefetchModel({ context: { queries }, params: { name } }: { context: { queries: QueryClient }; params: { name: string } }) {
  void queries.prefetchQuery(stagesQuery);
  void queries.prefetchQuery(modelQuery(name));
  void queries.prefetchInfiniteQuery(versionsQuery(name));
  void queries.prefetchInfiniteQuery(historyQuery(name));
}

interface VersionArgs {
  context: { queries: QueryClient };
  deps: { tab?: VersionTab };
  params: { name: string; version: string };
}

function prefetchVersion({ context: { queries }, deps: { tab }, params: { name, version } }: VersionArgs) {
  const number = versionNumber(version);
  if (number === null) return;
  void queries.prefetchQuery(stagesQuery);
  void queries.prefetchQuery(versionQuery(name, number));
  if (tab === undefined) void queries.prefetchInfiniteQuery(historyQuery(name, number));
  else void queries.prefetchInfiniteQuery(filesQuery(name, number, ""));
}

const versionPage = {
  validateSearch: versionSearch,
  loaderDeps: ({ search: { tab } }: { search: { tab?: VersionTab } }) => ({ tab }),
  loader: prefetchVersion,
  // Its code is no part of the first page; it comes with the data when a link is hovered or focused.
  component: lazyRouteComponent(() => import("./version"), "VersionPage"),
};

const model = createRoute({ getParentRoute: () => root, path: "/models/$name", loader: prefetchModel, component: ModelPage });
const modelTab = createRoute({ getParentRoute: () => root, path: "/models/$name/$", loader: prefetchModel, component: ModelPage });
const version = createRoute({ getParentRoute: () => root, path: "/models/$name/versions/$version", ...versionPage });
const versionTab = createRoute({ getParentRoute: () => root, path: "/models/$name/versions/$version/$", ...versionPage });

interface RunArgs {
  context: { queries: QueryClient };
  params: { experiment: string; run: string };
}

const runPage = {
  loader: ({ context: { queries }, params: { run } }: RunArgs) => {
    void queries.prefetchQuery(stagesQuery);
    void queries.prefetchQuery(runQuery(run));
  },
  component: lazyRouteComponent(() => import("./run"), "RunPage"),
};

interface ExperimentArgs {
  context: { queries: QueryClient };
  params: { experiment: string };
}

const experimentPage = {
  loader: ({ context: { queries }, params: { experiment } }: ExperimentArgs) => void queries.prefetchInfiniteQuery(runsQuery(experiment)),
  component: lazyRouteComponent(() => import("./experiment"), "ExperimentPage"),
};

const experiment = createRoute({ getParentRoute: () => root, path: "/experiments/$experiment", ...experimentPage });
const experimentTab = createRoute({ getParentRoute: () => root, path: "/experiments/$experiment/$", ...experimentPage });
const run = createRoute({ getParentRoute: () => root, path: "/experiments/$experiment/runs/$run", ...runPage });
const runTab = createRoute({ getParentRoute: () => root, path: "/experiments/$experiment/runs/$run/$", ...runPage });

export const routeTree = root.addChildren([home, models, model, modelTab, version, versionTab, experiment, experimentTab, run, runTab]);

export function createAppRouter(queries: QueryClient) {
  return createRouter({
    routeTree,
    history: createHashHistory(),
    context: { queries },
    defaultErrorComponent: BrokenPage,
    // Hovering or focusing a link reads its page ahead.
    defaultPreload: "intent",
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
    trailingSlash: "never",
    // Plain `?q=text`, as people type and share it, not JSON.
    parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
    stringifySearch: (search) => {
      const pairs = Object.entries(search).filter((pair): pair is [string, string] => typeof pair[1] === "string");
      return pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : "";
    },
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
