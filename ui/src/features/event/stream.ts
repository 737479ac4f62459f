// The one EventSource of the page: opens, resumes, closes while the tab is hidden, and says whether it is live.
// Knows nothing of queries or React; `live.tsx` connects it to both.
import { serverUrl } from "../../api/client";
import type { Event } from "../../api/types";

export type StreamStatus = { live: true } | { live: false; since: number };

interface EarlyStream {
  source: EventSource;
  messages: MessageEvent<string>[];
  failed: boolean;
}

declare global {
  interface Window {
    greenroomEarlyStream?: EarlyStream;
  }
}

interface Handlers {
  onEvent: (event: Event) => void;
  onStatus: (status: StreamStatus) => void;
  /** The stream is open, but changes before this moment may have been missed. */
  onGap: () => void;
}

// A reconnect that takes less is not worth alarming anybody.
const GRACE_MS = 1_500;
const RETRY_MS = [500, 1_000, 2_000, 5_000];

export function startStream({ onEvent, onStatus, onGap }: Handlers): () => void {
  let source: EventSource | null = null;
  let cursor: string | null = null;
  let failedAt: number | null = null;
  let attempts = 0;
  let retryTimer: number | undefined;
  let graceTimer: number | undefined;

  function receive(message: MessageEvent<string>) {
    if (message.lastEventId) cursor = message.lastEventId;
    onEvent(JSON.parse(message.data) as Event);
  }

  function opened() {
    const gap = cursor === null;
    failedAt = null;
    attempts = 0;
    clearTimeout(graceTimer);
    graceTimer = undefined;
    onStatus({ live: true });
    if (gap) onGap();
  }

  function failed() {
    failedAt ??= Date.now();
    const since = failedAt;
    graceTimer ??= window.setTimeout(() => onStatus({ live: false, since }), GRACE_MS);
    // The browser retries a dropped connection by itself, but gives up for good on an HTTP error.
    if (source?.readyState === EventSource.CLOSED) {
      source = null;
      clearTimeout(retryTimer);
      retryTimer = window.setTimeout(open, RETRY_MS[Math.min(attempts++, RETRY_MS.length - 1)]);
    }
  }

  function adopt(next: EventSource) {
    source = next;
    source.onmessage = receive;
    source.onopen = opened;
    source.onerror = failed;
  }

  function open() {
    if (source || document.hidden) return;
    const url = new URL(serverUrl("api/v1/events/stream"));
    if (cursor !== null) url.searchParams.set("after", cursor);
    adopt(new EventSource(url));
  }

  function close() {
    clearTimeout(retryTimer);
    clearTimeout(graceTimer);
    graceTimer = undefined;
    source?.close();
    source = null;
  }

  function visibilityChanged() {
    if (document.hidden) close();
    else open();
  }

  const early = window.greenroomEarlyStream;
  delete window.greenroomEarlyStream;
  if (early && early.source.readyState !== EventSource.CLOSED) {
    adopt(early.source);
    if (early.source.readyState === EventSource.OPEN) onStatus({ live: true });
    else if (early.failed) failed();
    early.messages.forEach(receive);
  } else {
    open();
  }
  document.addEventListener("visibilitychange", visibilityChanged);
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);

  return () => {
    document.removeEventListener("visibilitychange", visibilityChanged);
    window.removeEventListener("pagehide", close);
    window.removeEventListener("pageshow", open);
    close();
  };
}
