// The history of a model or of one version: every event in words, its side effects under it, newest first.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { historyQuery } from "../../api/queries";
import { MoreButton } from "../../components/more-button";
import { ErrorNote, Skeleton } from "../../components/page-state";
import { Ago, exactUtc } from "../../components/time";
import { useFlash } from "../../components/use-flash";
import { actorName, clientName } from "./describe";
import { EventSentence } from "./event-sentence";
import { foldEffects, type Entry } from "./fold";

export function History({ name, version }: { name: string; version?: number }) {
  const pages = useInfiniteQuery(historyQuery(name, version));
  const entries = foldEffects(pages.data?.pages.flatMap((page) => page.events) ?? []);
  // What arrives after the first answer is news, and is lit up.
  const [loadedAt, setLoadedAt] = useState<number | null>(null);
  if (loadedAt === null && entries[0]) setLoadedAt(entries[0].event.at);

  return (
    <section aria-labelledby="history">
      <h2 id="history" className="section-title">
        History
      </h2>
      {pages.isPending && <Skeleton rows={4} label="Loading the history" />}
      {pages.error && !pages.data && <ErrorNote what="The history could not be read." error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.data && (
        <div className="panel">
          {entries.length === 0 && <p className="text-muted px-4 py-3">Nothing has happened yet. Every change will be listed here, with who made it.</p>}
          <ol className="divide-line divide-y">
            {entries.map((entry) => (
              <HistoryRow key={`${entry.event.chain}/${entry.event.sequence}`} model={name} entry={entry} fresh={loadedAt !== null && entry.event.at > loadedAt} />
            ))}
          </ol>
          <MoreButton pages={pages} noun="history" />
        </div>
      )}
    </section>
  );
}

interface RowProps {
  model: string;
  entry: Entry;
  fresh: boolean;
}

function HistoryRow({ model, entry: { event, effects }, fresh }: RowProps) {
  const row = useFlash<HTMLLIElement>(fresh, false);
  const client = event.actor && clientName(event.user_agent);
  return (
    <li ref={row} className="grid gap-x-4 gap-y-1 px-4 py-2.5 sm:grid-cols-[12rem_1fr]" data-testid="history-entry">
      <p className="text-muted text-xs leading-6">
        <Ago at={event.at} />
        <span className="block leading-4 max-sm:ml-2 max-sm:inline">{exactUtc(event.at)}</span>
      </p>
      <div className="grid min-w-0 gap-1">
        <p className="leading-6 [overflow-wrap:anywhere]">
          <strong className="font-semibold">{actorName(event)}</strong> <EventSentence event={event} model={model} />
          {event.cause != null && <span className="text-muted"> as a consequence of change {event.cause}</span>}
          {client && (
            <span className="text-muted text-xs" title={event.user_agent}>
              {" "}
              via {client}
            </span>
          )}
        </p>
        {event.comment && <blockquote className="comment">{event.comment}</blockquote>}
        {effects.length > 0 && <Effects effects={effects} model={model} />}
      </div>
    </li>
  );
}

const SHOWN = 3;

function Effects({ effects, model }: { effects: Entry["effects"]; model: string }) {
  const list = (
    <ul className="text-muted grid gap-1 pl-1" aria-label="Side effects">
      {effects.map((effect) => (
        <li key={effect.sequence}>
          <span aria-hidden="true">↳</span> which <EventSentence event={effect} model={model} />
        </li>
      ))}
    </ul>
  );
  if (effects.length <= SHOWN) return list;
  return (
    <details>
      <summary className="link cursor-pointer">{effects.length} side effects</summary>
      {list}
    </details>
  );
}
