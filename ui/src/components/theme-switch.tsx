// Follows the system until told otherwise. `boot.js` applies the kept choice before the first paint.
import { useState } from "react";
import { MoonIcon, SunIcon, SystemIcon } from "./icons";

type Theme = "system" | "light" | "dark";

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const ICON = { system: SystemIcon, light: SunIcon, dark: MoonIcon };
const STORE = "greenroom.theme";

function current(): Theme {
  const kept = document.documentElement.dataset["theme"];
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function ThemeSwitch() {
  const [theme, setTheme] = useState(current);
  const CurrentIcon = ICON[theme];

  function change() {
    const next = NEXT[theme];
    if (next === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = next;
    try {
      if (next === "system") localStorage.removeItem(STORE);
      else localStorage.setItem(STORE, next);
    } catch {
      // Blocked storage: the choice lasts as long as the page.
    }
    setTheme(next);
  }

  return (
    <button type="button" className="button button-quiet" onClick={change} aria-label={`Theme: ${theme}. Change to ${NEXT[theme]}`}>
      <CurrentIcon />
      <span className="hidden sm:inline">{theme[0]!.toUpperCase() + theme.slice(1)}</span>
    </button>
  );
}
