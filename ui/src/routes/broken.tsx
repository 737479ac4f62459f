// A page that fell over, or whose code is gone since the server was replaced.
import { Button } from "../components/button";
import { PageTitle } from "../components/page-title";
import { ErrorNote } from "../components/page-state";

export function BrokenPage({ error }: { error: unknown }) {
  return (
    <div className="grid justify-items-start gap-4 py-8">
      <PageTitle title="Something went wrong" />
      <ErrorNote what="This page could not be shown." error={error instanceof Error ? error : new Error(String(error))} />
      <Button onClick={() => location.reload()}>Reload</Button>
    </div>
  );
}
