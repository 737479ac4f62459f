// The questions and the act behind the transition panel: what the rules say now, and the move itself.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ApiError, api, unwrap } from "../../api/client";
import { decisionQuery, keys } from "../../api/queries";
import type { ModelVersion, TransitionRequest, TransitionResponse } from "../../api/types";

export function useTransition({ model, version }: ModelVersion, to: string, archive: boolean) {
  const client = useQueryClient();
  const base = useQuery(decisionQuery(model, version, to, false));
  // The choice means something only where others would otherwise stay.
  const offersArchive = !!base.data?.can_archive_existing && base.data.occupant_count > base.data.displaced_count;
  const archiving = useQuery({ ...decisionQuery(model, version, to, true), enabled: offersArchive && archive });
  const shown = offersArchive && archive ? archiving : base;

  const transition = useMutation<TransitionResponse, ApiError, TransitionRequest>({
    mutationFn: (body) =>
      unwrap(
        api.POST("/api/v1/models/{name}/versions/{version}/transition", { params: { path: { name: model, version } }, body }),
      ),
    // Refused or done, what the page knows of this model is old.
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: keys.model(model) }), client.invalidateQueries({ queryKey: keys.models })]),
  });

  return {
    decision: shown.data,
    base: base.data,
    offersArchive,
    error: shown.data ? null : (shown.error as ApiError | null),
    retry: () => void shown.refetch(),
    transition,
  };
}
