// Nothing is here; what is near.
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { PageTitle } from "../components/page-title";

interface Props {
  title?: string;
  detail?: string | undefined;
  children?: ReactNode;
}

export function NotFoundPage({ title = "There is no such page", detail, children }: Props) {
  return (
    <div className="grid justify-items-start gap-4 py-8">
      <PageTitle title={title} />
      {detail && <p className="text-muted [overflow-wrap:anywhere]">{detail}</p>}
      {children}
      <Link to="/models" className="link">
        All models
      </Link>
    </div>
  );
}
