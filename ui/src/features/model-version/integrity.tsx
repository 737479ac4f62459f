// Whether the bytes of a version are still those it was registered with.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ApiError, api, unwrap } from "../../api/client";
import { keys, versionQuery } from "../../api/queries";
import type { ModelVersion } from "../../api/types";
import { useAnnounce } from "../../components/announcer";
import { Button } from "../../components/button";
import { Copyable } from "../../components/copyable";
import { CheckIcon, WarningIcon } from "../../components/icons";
import { ErrorNote } from "../../components/page-state";
import { Ago } from "../../components/time";
import { useNotice } from "../../components/notice";

const OUTCOME: Record<string, string> = {
  recorded: "The files are those that were registered.",
  mismatch: "The files are still not those that were registered.",
  none: "There are no files on this server to check.",
};

function useCheck({ model, version }: ModelVersion) {
  const client = useQueryClient();
  const announce = useAnnounce();
  const notify = useNotice();
  return useMutation<ModelVersion, ApiError>({
    mutationFn: () => unwrap(api.POST("/api/v1/models/{name}/versions/{version}/check", { params: { path: { name: model, version } } })),
    onSuccess: (checked) => {
      client.setQueryData(versionQuery(model, version).queryKey, checked);
      void client.invalidateQueries({ queryKey: keys.files(model, version) });
      const outcome = OUTCOME[checked.digest_state ?? ""];
      if (!outcome) return;
      announce(outcome);
      if (checked.digest_state !== "mismatch") notify(outcome);
    },
  });
}

/** `files-sha256-v1:1a2b3c…`, as far as people compare it by eye. */
function shortDigest(digest: string): string {
  const [scheme, hash = ""] = digest.split(":");
  return hash.length > 16 ? `${scheme}:${hash.slice(0, 16)}…` : digest;
}

export function Integrity({ version }: { version: ModelVersion }) {
  const check = useCheck(version);
  const { digest, digest_state: state, digest_checked_at: checkedAt } = version;
  if (state == null || state === "none") return <span className="text-muted">not watched: this server does not keep its files</span>;
  if (state === "pending") return <span className="text-muted">not looked at yet</span>;
  return (
    <div className="grid gap-1">
      <div className="flex flex-wrap items-center gap-x-3">
        {state === "recorded" ? (
          <span className="text-accent inline-flex items-center gap-1">
            <CheckIcon /> as registered
          </span>
        ) : (
          <span className="text-danger inline-flex items-center gap-1 font-medium">
            <WarningIcon /> changed since
          </span>
        )}
        {checkedAt != null && (
          <span className="text-muted text-xs">
            checked <Ago at={checkedAt} />
          </span>
        )}
        {state === "recorded" && (
          <button type="button" className="link min-h-6 text-xs" aria-disabled={check.isPending || undefined} onClick={() => check.isPending || check.mutate()}>
            {check.isPending ? "Checking…" : "Check again"}
          </button>
        )}
      </div>
      {digest && <Copyable text={digest} short={shortDigest(digest)} label="the digest" />}
      {check.error && <ErrorNote what="The files could not be checked." error={check.error} />}
    </div>
  );
}

/** Stands above everything else on the page: whatever is below is no longer about what was registered. */
export function MismatchNote({ version }: { version: ModelVersion }) {
  const check = useCheck(version);
  if (version.digest_state !== "mismatch") return null;
  return (
    <div className="grid gap-2">
      <div role="alert" className="note note-danger" data-testid="mismatch">
        <WarningIcon />
        <div className="grid gap-1">
          <p className="font-semibold">The files of v{version.version} are no longer those that were registered.</p>
          <p>
            Someone changed, added or removed files below its source after it was registered
            {version.digest_checked_at != null && (
              <>
                ; seen <Ago at={version.digest_checked_at} />
              </>
            )}
            . Whoever loads this version now gets something else than what was registered.
          </p>
        </div>
        <Button blocked={check.isPending} onClick={() => check.mutate()}>
          {check.isPending ? "Checking…" : "Check again"}
        </Button>
      </div>
      {check.error && <ErrorNote what="The files could not be checked." error={check.error} />}
    </div>
  );
}
