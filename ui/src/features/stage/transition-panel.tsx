// The transition panel: what the move would do, every rule for and against it, and the comment that the history
// keeps. A refusal or somebody else's move never costs the typed text.
import { useId, useRef, useState, type FormEvent, type RefObject } from "react";
import type { ModelVersion } from "../../api/types";
import { useAnnounce } from "../../components/announcer";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { ArrowIcon } from "../../components/icons";
import { useNotice } from "../../components/notice";
import { ErrorNote } from "../../components/page-state";
import { useWriteBlock } from "../event/live";
import { ChangedMeanwhile } from "./changed-meanwhile";
import { DecisionRules } from "./decision-rules";
import { ArchiveChoice, Displacement } from "./displacement";
import { StageBadge } from "./stage-badge";
import { useTransition } from "./use-transition";
import { listing } from "./words";

const COMMENT_LIMIT = 5_000;

interface Props {
  version: ModelVersion;
  to: string;
  /** The control that opened the panel. */
  control: RefObject<HTMLElement | null>;
  onClose: () => void;
}

export function TransitionPanel({ version, to, control, onClose }: Props) {
  const [comment, setComment] = useState("");
  const [archive, setArchive] = useState(true);
  const commentField = useRef<HTMLTextAreaElement>(null);
  const announce = useAnnounce();
  const notify = useNotice();
  const writeBlock = useWriteBlock();
  const { decision, base, offersArchive, error, retry, transition } = useTransition(version, to, archive);
  const id = useId();

  const blocked = writeBlock ?? (decision && !decision.allowed ? "Blocked by the rules above." : null);
  const ready = decision !== undefined && blocked === null && !transition.isPending;

  function confirm(event: FormEvent) {
    event.preventDefault();
    if (!ready) return;
    transition.mutate(
      {
        stage: to,
        archive_existing_versions: offersArchive && archive,
        // What is confirmed is what was seen: a version that moved meanwhile is refused.
        expected_stage: decision.from,
        comment: comment.trim() || null,
      },
      {
        onSuccess: ({ version: moved, decision: made }) => {
          const displaced = made.displaced.map((other) => `v${other.version}`);
          const effect = displaced.length > 0 ? ` ${listing(displaced)} went to ${made.displaced[0]!.to}.` : "";
          const message = `${moved.model} v${moved.version} is now in ${moved.stage}.${effect}`;
          announce(message);
          notify(message);
          onClose();
        },
      },
    );
  }

  return (
    <Dialog title={`Move ${version.model} v${version.version} to ${to}`} onClose={onClose} initialFocus={commentField} returnFocus={control}>
      <form onSubmit={confirm} className="grid gap-4">
        <p className="flex flex-wrap items-center gap-2">
          <StageBadge stage={decision?.from ?? version.stage} />
          <ArrowIcon />
          <span className="sr-only">to</span>
          <StageBadge stage={decision?.to ?? to} />
        </p>

        <ChangedMeanwhile version={version} decision={base} quiet={transition.isPending || transition.isSuccess} />
        {error && <ErrorNote what="The rules could not be evaluated." error={error} onRetry={retry} />}
        {!error && !decision && <div className="skeleton h-24" role="status" aria-label="Evaluating the rules" />}
        {decision && (
          <>
            <Displacement version={version.version} decision={decision} />
            {offersArchive && <ArchiveChoice decision={base!} checked={archive} onChange={setArchive} />}
            <DecisionRules decision={decision} />
          </>
        )}

        <div className="grid gap-1">
          <label htmlFor={`${id}-comment`} className="font-medium">
            Comment <span className="text-muted font-normal">kept in the history</span>
          </label>
          <textarea
            id={`${id}-comment`}
            ref={commentField}
            className="field min-h-20"
            rows={3}
            maxLength={COMMENT_LIMIT}
            value={comment}
            onChange={(change) => setComment(change.target.value)}
            onKeyDown={(key) => {
              if (key.key === "Enter" && (key.ctrlKey || key.metaKey)) key.currentTarget.form?.requestSubmit();
            }}
          />
          {comment.length > COMMENT_LIMIT - 500 && (
            <p className="text-muted text-xs">{COMMENT_LIMIT - comment.length} characters left</p>
          )}
        </div>

        {transition.error && (
          <ErrorNote what={transition.error.status ? "The move was refused. Nothing has changed." : "The move was not made."} error={transition.error} />
        )}
        <div className="flex flex-wrap items-center justify-end gap-2">
          {blocked && (
            <p id={`${id}-blocked`} className="text-danger mr-auto text-sm">
              {blocked}
            </p>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" blocked={!ready} aria-describedby={blocked ? `${id}-blocked` : undefined}>
            {transition.isPending ? "Moving…" : `Move to ${to}`}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
