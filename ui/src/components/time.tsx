// Times: relative for people, exact UTC for machines and for whoever hovers or needs to be sure.
import { useSyncExternalStore } from "react";

const TICK_MS = 5_000;
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void) {
  listeners.add(listener);
  if (timer === undefined) now = Date.now();
  timer ??= setInterval(() => {
    now = Date.now();
    listeners.forEach((tell) => tell());
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

const STEPS: [limit: number, size: number, unit: string][] = [
  [3_600_000, 60_000, "min"],
  [86_400_000, 3_600_000, "h"],
  [30 * 86_400_000, 86_400_000, "d"],
  [365 * 86_400_000, 30.44 * 86_400_000, "mo"],
  [Infinity, 365.25 * 86_400_000, "y"],
];

export function duration(ms: number): string {
  if (ms < 60_000) return `${Math.max(0, Math.floor(ms / 1000))} s`;
  const [, size, unit] = STEPS.find(([limit]) => ms < limit)!;
  return `${Math.max(1, Math.floor(ms / size))} ${unit}`;
}

export function relative(at: number, reference: number): string {
  const ms = reference - at;
  if (ms < 5_000) return "just now";
  return `${duration(ms)} ago`;
}

export function exactUtc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

export function Ago({ at, className }: { at: number; className?: string }) {
  // A change may be newer than the last tick; it is then "just now", never in the future.
  return (
    <time dateTime={new Date(at).toISOString()} title={exactUtc(at)} className={className}>
      {relative(at, Math.max(useNow(), at))}
    </time>
  );
}

export function Age({ since }: { since: number }) {
  return (
    <time dateTime={new Date(since).toISOString()} title={`since ${exactUtc(since)}`}>
      {duration(Math.max(useNow(), since) - since)}
    </time>
  );
}
