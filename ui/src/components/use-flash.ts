// Lights an element up for a moment when `stamp` changes from `seen`: what it was when the element was first shown,
// unless the caller knows better.
import { useEffect, useRef } from "react";

export function useFlash<E extends HTMLElement>(stamp: unknown, seen: unknown = stamp) {
  const element = useRef<E>(null);
  const shown = useRef(seen);

  useEffect(() => {
    if (shown.current === stamp) return;
    shown.current = stamp;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const colour = getComputedStyle(document.documentElement).getPropertyValue("--flash");
    element.current?.animate([{ backgroundColor: colour }, { backgroundColor: "transparent" }], { duration: 1_800, easing: "ease-out" });
  }, [stamp]);

  return element;
}
