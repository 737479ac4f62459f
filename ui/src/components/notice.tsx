// The last thing done, said on the page until the reader moves on. Only good news: refusals stay where they arose.
import { useLocation } from "@tanstack/react-router";
import { createContext, useCallback, useContext, useState, type ReactNode } from "react";
import { Button } from "./button";
import { CheckIcon } from "./icons";

const NoticeContext = createContext<(message: string) => void>(() => {});

export const useNotice = () => useContext(NoticeContext);

export function NoticeProvider({ children }: { children: ReactNode }) {
  const path = useLocation({ select: (location) => location.pathname });
  const [notice, setNotice] = useState<{ message: string; path: string } | null>(null);
  const notify = useCallback((message: string) => setNotice({ message, path }), [path]);

  return (
    <NoticeContext.Provider value={notify}>
      {children}
      {notice && notice.path === path && (
        <div className="notice" data-testid="notice">
          <CheckIcon />
          <p className="min-w-0 [overflow-wrap:anywhere]">{notice.message}</p>
          <Button kind="quiet" onClick={() => setNotice(null)}>
            Dismiss
          </Button>
        </div>
      )}
    </NoticeContext.Provider>
  );
}
