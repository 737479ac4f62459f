// One polite live region for the whole page: the last few messages, so that two at once are both read.
import { createContext, useCallback, useContext, useState, type ReactNode } from "react";

const AnnounceContext = createContext<(message: string) => void>(() => {});

export const useAnnounce = () => useContext(AnnounceContext);

interface Message {
  id: number;
  text: string;
}

const KEPT = 3;

export function Announcer({ children }: { children: ReactNode }) {
  const [messages, setMessages] = useState<Message[]>([]);
  const announce = useCallback(
    (text: string) => setMessages((kept) => [...kept.slice(1 - KEPT), { id: (kept.at(-1)?.id ?? 0) + 1, text }]),
    [],
  );

  return (
    <AnnounceContext.Provider value={announce}>
      {children}
      <div role="status" aria-live="polite" className="sr-only" data-testid="announcer">
        {messages.map(({ id, text }) => (
          <p key={id}>{text}</p>
        ))}
      </div>
    </AnnounceContext.Provider>
  );
}
