// The states a page can be in besides showing its data: loading, failed, empty, not found.
import type { ReactNode } from "react";
import { ApiError } from "../api/client";
import { Button } from "./button";
import { WarningIcon } from "./icons";

export function Skeleton({ rows = 6, label = "Loading" }: { rows?: number; label?: string }) {
  return (
    <div role="status" aria-label={label} className="panel divide-line divide-y">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex h-11 items-center gap-6 px-4">
          <div className="skeleton h-3.5 w-40" />
          <div className="skeleton h-3.5 w-20" />
          <div className="skeleton hidden h-3.5 w-32 sm:block" />
        </div>
      ))}
    </div>
  );
}

interface ErrorNoteProps {
  what: string;
  error: Error;
  onRetry?: () => void;
}

export function ErrorNote({ what, error, onRetry }: ErrorNoteProps) {
  const requestId = error instanceof ApiError ? error.requestId : null;
  return (
    <div role="alert" className="note note-danger">
      <WarningIcon />
      <div className="grid min-w-0 flex-1 gap-1">
        <p className="font-semibold">{what}</p>
        <p className="whitespace-pre-line [overflow-wrap:anywhere]">{error.message}</p>
        {requestId && (
          <p className="text-xs">
            Request <code>{requestId}</code>
          </p>
        )}
      </div>
      {onRetry && <Button onClick={onRetry}>Retry</Button>}
    </div>
  );
}

export function Blank({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="panel grid justify-items-start gap-3 px-6 py-10">
      <h2 className="text-base font-semibold">{title}</h2>
      {children}
    </div>
  );
}
