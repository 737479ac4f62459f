// What a version is, how to load it, where it comes from, and what happened to it.
import type { ModelVersion } from "../../api/types";
import { PlainText } from "../../components/plain-text";
import { History } from "../event/history";
import { RunSection } from "../run/run-section";
import { LoadSnippet } from "./load-snippet";
import { VersionFacts } from "./version-facts";

export function VersionOverview({ version }: { version: ModelVersion }) {
  return (
    <>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-[repeat(2,minmax(0,1fr))]">
        <VersionFacts version={version} />
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
          <section aria-labelledby="load">
            <h2 id="load" className="section-title">
              Load it
            </h2>
            <LoadSnippet version={version} />
          </section>
          <section aria-labelledby="description">
            <h2 id="description" className="section-title">
              Description
            </h2>
            {version.description ? <PlainText text={version.description} /> : <p className="text-muted">No description.</p>}
          </section>
        </div>
      </div>
      <RunSection version={version} />
      <History name={version.model} version={version.version} />
    </>
  );
}
