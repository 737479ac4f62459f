// The models list, which is home.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import { modelsQuery, stagesQuery } from "../api/queries";
import { Button } from "../components/button";
import { MoreButton } from "../components/more-button";
import { Blank, ErrorNote, Skeleton } from "../components/page-state";
import { PageTitle } from "../components/page-title";
import { EmptyRegistry } from "../features/registered-model/empty-registry";
import { ModelsTable } from "../features/registered-model/models-table";
import { ModelsToolbar } from "../features/registered-model/models-toolbar";
import { SORTS, toFilter, type Sort } from "../features/registered-model/search";
import { useStages } from "../features/stage/use-stages";

export function ModelsPage() {
  const { q = "", sort = "name" } = useSearch({ strict: false });
  const navigate = useNavigate();
  const definitions = useQuery(stagesQuery);
  const { active } = useStages();
  const pages = useInfiniteQuery(modelsQuery({ filter: toFilter(q), orderBy: SORTS[sort].orderBy }));
  const models = pages.data?.pages.flatMap((page) => page.models) ?? [];

  const setQuery = useCallback(
    (query: string) => void navigate({ to: "/models", search: (old) => ({ ...old, q: query || undefined }), replace: true }),
    [navigate],
  );
  const setSort = useCallback(
    (next: Sort) => void navigate({ to: "/models", search: (old) => ({ ...old, sort: next === "name" ? undefined : next }), replace: true }),
    [navigate],
  );

  const failed = pages.error ?? definitions.error;
  const empty = pages.data !== undefined && models.length === 0;
  return (
    <>
      <PageTitle title="Models" />
      {!(empty && q === "") && <ModelsToolbar query={q} sort={sort} onQuery={setQuery} onSort={setSort} />}
      {failed && (
        <ErrorNote
          what="The models could not be read."
          error={failed}
          onRetry={() => {
            void pages.refetch();
            if (definitions.error) void definitions.refetch();
          }}
        />
      )}
      {!failed && (pages.isPending || definitions.isPending) && <Skeleton rows={8} label="Loading the models" />}
      {empty && !failed && q === "" && <EmptyRegistry />}
      {empty && !failed && q !== "" && (
        <Blank title="No model matches">
          <p className="text-muted">
            Nothing matches <code>{q}</code>.
          </p>
          <Button onClick={() => setQuery("")}>Clear the search</Button>
        </Blank>
      )}
      {models.length > 0 && definitions.data && (
        <div aria-busy={pages.isPlaceholderData || undefined}>
          <ModelsTable models={models} stages={[...active].reverse()} />
          <MoreButton pages={pages} noun="models" />
        </div>
      )}
    </>
  );
}
