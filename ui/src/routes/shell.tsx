// The frame around every page.
import { Link, Outlet } from "@tanstack/react-router";
import { Announcer } from "../components/announcer";
import { NoticeProvider } from "../components/notice";
import { ThemeSwitch } from "../components/theme-switch";
import { LiveProvider } from "../features/event/live";
import { LiveBar, LiveDot } from "../features/event/live-bar";

export function Shell() {
  return (
    <Announcer>
      <LiveProvider>
        <a className="skip-link" href="#main" onClick={skip}>
          Skip to content
        </a>
        <header className="header">
          <div className="mx-auto flex h-12 w-full max-w-[88rem] items-center gap-5 px-4 sm:px-6">
            <Link to="/models" className="inline-flex items-center gap-2 font-semibold" aria-label="Greenroom, all models">
              <Mark />
              Greenroom
            </Link>
            <nav aria-label="Main">
              <Link to="/models" className="nav-link" activeOptions={{ exact: false }}>
                Models
              </Link>
            </nav>
            <div className="ml-auto flex items-center gap-2">
              <LiveDot />
              <ThemeSwitch />
            </div>
          </div>
        </header>
        <LiveBar />
        <NoticeProvider>
          <main id="main" tabIndex={-1} className="mx-auto grid w-full max-w-[88rem] min-w-0 grid-cols-[minmax(0,1fr)] gap-6 px-4 pt-6 pb-24 outline-none sm:px-6">
            <Outlet />
          </main>
        </NoticeProvider>
      </LiveProvider>
    </Announcer>
  );
}

/** The hash belongs to the router, so the skip link moves the focus itself. */
function skip(event: { preventDefault: () => void }) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function Mark() {
  return (
    <svg viewBox="0 0 24 24" className="size-6" aria-hidden="true">
      <rect width="24" height="24" rx="6" fill="#1d6b45" />
      <path d="M7 19V9a5 5 0 0 1 10 0v10z" fill="#d8f3e3" />
      <circle cx="14.2" cy="13.2" r="1" fill="#1d6b45" />
    </svg>
  );
}
