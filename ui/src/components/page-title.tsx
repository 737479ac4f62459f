// The head of a page: where it is, what it is, and the tab's title to match.
import { useEffect, type ReactNode } from "react";

interface Props {
  title: string;
  trail?: ReactNode;
  children?: ReactNode;
}

export function PageTitle({ title, trail, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Greenroom`;
  }, [title]);

  return (
    <div className="grid gap-1">
      {trail && (
        <nav aria-label="Breadcrumb" className="text-muted flex flex-wrap items-center gap-1.5 text-sm">
          {trail}
        </nav>
      )}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-2xl font-semibold tracking-tight [overflow-wrap:anywhere]">{title}</h1>
        {children}
      </div>
    </div>
  );
}
