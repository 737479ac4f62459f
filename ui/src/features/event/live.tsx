// Connects the event stream to what is on the screen: stale queries are read again, moves are announced, and every
// component can ask whether what it shows is still being kept up to date.
import { useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import { useAnnounce } from "../../components/announcer";
import { plainSentence } from "./describe";
import { createPump, staleKeys } from "./pump";
import { startStream, type StreamStatus } from "./stream";

const LiveContext = createContext<StreamStatus>({ live: true });

export const useLiveStatus = () => useContext(LiveContext);

/** Why writing is not possible now, or null. */
export function useWriteBlock(): string | null {
  const status = useLiveStatus();
  return status.live ? null : "Live updates are paused, so this page may be out of date. Changes are possible again once it has caught up.";
}

export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const announce = useAnnounce();
  const [status, setStatus] = useState<StreamStatus>({ live: true });

  useEffect(() => {
    const pump = createPump(client);
    return startStream({
      onStatus: setStatus,
      onGap: () => {
        // Nothing asked for yet: then nothing can have been missed.
        if (client.getQueryCache().getAll().length > 0) pump([[]]);
      },
      onEvent: (event) => {
        pump(staleKeys(event));
        if (event.kind === "model_version.transitioned" && event.cause == null) announce(plainSentence(event));
      },
    });
  }, [client, announce]);

  return <LiveContext.Provider value={status}>{children}</LiveContext.Provider>;
}
