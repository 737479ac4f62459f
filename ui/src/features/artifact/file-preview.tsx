// What is in a file. Files come from whoever logged them: they are shown as text, as a table or as an image, and
// nothing in them is ever run, followed or loaded.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { fileHeadQuery, fileUrl, type FileHead } from "../../api/file";
import { CopyButton } from "../../components/copyable";
import { DownloadIcon } from "../../components/icons";
import { ErrorNote } from "../../components/page-state";
import { ImagePreview } from "./image-preview";
import { asText, extension, imageType, kindOf, type Kind } from "./kind";
import { exactBytes, fileSize } from "./size";
import { TablePreview } from "./table-preview";
import { TextPreview } from "./text-preview";

/** Bytes that are read of a file to show it. An image is shown whole or not at all. */
const LIMIT: Record<Exclude<Kind, "binary">, number> = { text: 256 * 1024, table: 256 * 1024, image: 8 * 1024 * 1024 };

interface Props {
  name: string;
  version: number;
  path: string;
}

export function FilePreview({ name, version, path }: Props) {
  const kind = kindOf(path);
  const head = useQuery({ ...fileHeadQuery(name, version, path, kind === "binary" ? 1 : LIMIT[kind]), enabled: kind !== "binary" });
  const size = head.data?.size;
  const file = path.slice(path.lastIndexOf("/") + 1);
  return (
    <section aria-label={`Contents of ${file}`} className="panel overflow-hidden" data-testid="preview">
      <div className="border-line flex flex-wrap items-center gap-x-3 gap-y-1 border-b py-1.5 pr-2 pl-4">
        <h2 className="min-w-0 font-medium [overflow-wrap:anywhere]">
          <bdi>{path}</bdi>
        </h2>
        <CopyButton text={path} label="the path" />
        <span className="ml-auto flex items-center gap-3">
          {size != null && (
            <span className="text-muted text-xs whitespace-nowrap" title={exactBytes(size)}>
              {fileSize(size)}
            </span>
          )}
          <a className="button" href={fileUrl(name, version, path)} download={file}>
            <DownloadIcon /> Download
          </a>
        </span>
      </div>
      {kind === "binary" ? (
        <Unshown>Files of this kind are not shown. Download it to look into it.</Unshown>
      ) : head.data ? (
        <Contents file={file} kind={kind} head={head.data} />
      ) : head.error ? (
        <div className="p-3">
          <ErrorNote what={`${file} could not be read.`} error={head.error} onRetry={() => void head.refetch()} />
        </div>
      ) : (
        <div className="skeleton m-4 h-40" role="status" aria-label="Loading the file" />
      )}
    </section>
  );
}

export function Contents({ file, kind, head: { bytes, size, whole } }: { file: string; kind: Exclude<Kind, "binary">; head: FileHead }) {
  if (bytes.length === 0) return <Unshown>The file is empty.</Unshown>;
  if (kind === "image") {
    const type = imageType(bytes);
    if (type === null) return <Unshown>This is no image that browsers show safely. Download it to look into it.</Unshown>;
    return whole ? <ImagePreview bytes={bytes} type={type} alt={file} /> : <Unshown>The image is larger than {fileSize(LIMIT.image)}. Download it to look at it.</Unshown>;
  }
  const text = asText(bytes, whole);
  if (text === null) return <Unshown>This is no text. Download it to look into it.</Unshown>;
  return (
    <>
      {kind === "table" ? <TablePreview text={text} separator={extension(file) === "tsv" ? "\t" : ","} whole={whole} file={file} /> : <TextPreview text={text} file={file} />}
      {!whole && (
        <p className="text-muted border-line border-t px-4 py-2 text-xs">
          The first {fileSize(bytes.length)}
          {size != null && ` of ${fileSize(size)}`}. Download it for the rest.
        </p>
      )}
    </>
  );
}

function Unshown({ children }: { children: ReactNode }) {
  return <p className="text-muted px-4 py-6">{children}</p>;
}
