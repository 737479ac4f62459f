// One registered model: what is in its stages, its versions, what it is, and what happened to it.
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { modelQuery } from "../api/queries";
import { ApiError } from "../api/client";
import { ErrorNote, Skeleton } from "../components/page-state";
import { PageTitle } from "../components/page-title";
import { PlainText } from "../components/plain-text";
import { TagList } from "../components/tag-list";
import { History } from "../features/event/history";
import { VersionsTable } from "../features/model-version/versions-table";
import { StageStrip } from "../features/registered-model/stage-strip";
import { NotFoundPage } from "./not-found";

export function ModelPage() {
  const { name } = useParams({ strict: false }) as { name: string };
  const { data: model, error, refetch } = useQuery(modelQuery(name));
  if (error instanceof ApiError && error.notFound) return <NotFoundPage title={`There is no model ${name}`} detail={error.message} />;

  return (
    <>
      <PageTitle title={name} trail={<ModelsCrumb />}>
        {model && <TagList tags={model.tags} />}
      </PageTitle>
      {error && <ErrorNote what={`${name} could not be read.`} error={error} onRetry={() => void refetch()} />}
      {!model && !error && <Skeleton rows={2} label="Loading the model" />}
      {model && <StageStrip model={model} />}
      <section aria-labelledby="versions">
        <h2 id="versions" className="section-title">
          Versions
        </h2>
        <VersionsTable name={name} />
      </section>
      {model && (
        <section aria-labelledby="description">
          <h2 id="description" className="section-title">
            Description
          </h2>
          <div className="panel px-4 py-3">{model.description ? <PlainText text={model.description} /> : <p className="text-muted">No description.</p>}</div>
        </section>
      )}
      <History name={name} />
    </>
  );
}

export function ModelsCrumb() {
  return (
    <>
      <Link to="/models" className="link">
        Models
      </Link>
      <span aria-hidden="true">/</span>
    </>
  );
}
