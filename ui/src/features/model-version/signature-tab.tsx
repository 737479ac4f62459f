// What a version takes and gives, as its MLmodel file says.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { fileHeadQuery } from "../../api/file";
import { filesQuery } from "../../api/queries";
import { Fact } from "../../components/facts";
import { WarningIcon } from "../../components/icons";
import { Blank, ErrorNote, Skeleton } from "../../components/page-state";
import { Elsewhere } from "../artifact/elsewhere";
import { asText } from "../artifact/kind";
import { DataTable } from "../artifact/table-preview";
import { TextPreview } from "../artifact/text-preview";
import { exampleTable } from "./example";
import type { MlModel } from "./mlmodel";
import { mlModelQuery } from "./mlmodel-query";
import { SignaturePart } from "./signature-part";

interface Props {
  name: string;
  version: number;
}

export default function SignatureTab({ name, version }: Props) {
  // Asked first: it tells in words why there is nothing to read, where reading would only fail.
  const root = useInfiniteQuery(filesQuery(name, version, ""));
  const folder = root.data?.pages[0];
  const there = !!folder && folder.unavailable == null && (folder.next_cursor != null || folder.files.some((file) => file.path === "MLmodel"));
  const file = useQuery({ ...mlModelQuery(name, version), enabled: there });

  const error = root.data ? file.error : root.error;
  if (error) return <ErrorNote what="The signature could not be read." error={error} onRetry={() => void (root.data ? file.refetch() : root.refetch())} />;
  if (folder?.unavailable != null) return <Elsewhere location={folder.location} reason={folder.unavailable} />;
  if (folder && !there) {
    return (
      <Blank title="No MLmodel file">
        <p className="text-muted">The signature is read from it, and there is none among the files. Models that are logged with an MLflow flavor have one.</p>
      </Blank>
    );
  }
  if (!file.data) return <Skeleton rows={5} label="Loading the signature" />;
  if (!("model" in file.data)) return <Unread problem={file.data.problem} text={file.data.text} />;
  return <Signature name={name} version={version} model={file.data.model} />;
}

function Signature({ name, version, model }: Props & { model: MlModel }) {
  const { signature, example } = model;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      {signature ? (
        <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[repeat(2,minmax(0,1fr))]">
          <SignaturePart title="Inputs" part={signature.inputs} empty="The signature says nothing about inputs." />
          <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
            <SignaturePart title="Outputs" part={signature.outputs} empty="The signature says nothing about outputs." />
            <SignaturePart title="Inference params" part={signature.params} empty="The model takes no params." withDefaults />
          </div>
        </div>
      ) : (
        <Blank title="No signature">
          <p className="text-muted">
            The model was logged without one. <code>mlflow.models.infer_signature</code> makes one; log it with the model and register that as a new version.
          </p>
        </Blank>
      )}
      {example && <Example name={name} version={version} path={example.path} />}
      <Made model={model} />
    </div>
  );
}

function Made({ model }: { model: MlModel }) {
  const facts: [string, ReactNode][] = [
    ["Flavors", model.flavors.join(", ")],
    ["Stored as", model.format],
    ["Python", model.pythonVersion],
    ["MLflow", model.mlflowVersion],
  ];
  return (
    <section aria-labelledby="made-with">
      <h2 id="made-with" className="section-title">
        Made with
      </h2>
      <dl className="facts panel">
        {facts.map(
          ([term, fact]) =>
            fact && (
              <Fact key={term} term={term}>
                {fact}
              </Fact>
            ),
        )}
      </dl>
    </section>
  );
}

const EXAMPLE_BYTES = 64 * 1024;

function Example({ name, version, path }: Props & { path: string }) {
  const head = useQuery(fileHeadQuery(name, version, path, EXAMPLE_BYTES));
  const text = head.data ? asText(head.data.bytes, head.data.whole) : null;
  const table = head.data?.whole && text !== null ? exampleTable(text) : null;
  return (
    <section aria-labelledby="example">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 id="example" className="section-title">
          Input example
        </h2>
        <Link to="/models/$name/versions/$version" params={{ name, version: String(version) }} search={{ tab: "files", path }} resetScroll={false} preload={false} className="link text-sm [overflow-wrap:anywhere]">
          {path}
        </Link>
      </div>
      {head.error && <ErrorNote what="The example could not be read." error={head.error} onRetry={() => void head.refetch()} />}
      {head.isPending && <div className="skeleton h-24" role="status" aria-label="Loading the example" />}
      {head.data && (
        <div className="panel overflow-hidden">
          {table ? (
            <DataTable label="Rows of the input example" {...table} />
          ) : text !== null ? (
            <TextPreview text={text} file={path} />
          ) : (
            <p className="text-muted px-4 py-3">The example is no text.</p>
          )}
        </div>
      )}
    </section>
  );
}

function Unread({ problem, text }: { problem: string; text: string | null }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <p className="note note-warning">
        <WarningIcon />
        <span>The MLmodel file could not be understood. {problem}</span>
      </p>
      {text !== null && (
        <div className="panel overflow-hidden">
          <TextPreview text={text} file="MLmodel" />
        </div>
      )}
    </div>
  );
}
