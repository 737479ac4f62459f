// The files of a version: a tree, and beside it what is in the one that was picked. On narrow screens one replaces
// the other.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { filesQuery } from "../../api/queries";
import { Blank, ErrorNote, Skeleton } from "../../components/page-state";
import { Elsewhere } from "./elsewhere";
import { FilePreview } from "./file-preview";
import { FileTree } from "./file-tree";

interface Props {
  name: string;
  version: number;
  path: string | undefined;
}

export default function FilesTab({ name, version, path }: Props) {
  const root = useInfiniteQuery(filesQuery(name, version, ""));
  if (root.isPending) return <Skeleton rows={6} label="Loading the files" />;
  if (!root.data) return <ErrorNote what="The files could not be listed." error={root.error} onRetry={() => void root.refetch()} />;
  const { location, unavailable, files } = root.data.pages[0]!;
  if (unavailable != null) return <Elsewhere location={location} reason={unavailable} />;
  if (files.length === 0) {
    return (
      <Blank title="No files">
        <p className="text-muted">
          There is nothing at <code className="[overflow-wrap:anywhere]">{location}</code>. Files that are logged there will be listed here.
        </p>
      </Blank>
    );
  }
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-[minmax(18rem,2fr)_minmax(0,3fr)]">
      <section aria-label="Files" className={`panel overflow-hidden py-1 ${path === undefined ? "" : "max-lg:hidden"}`}>
        <FileTree name={name} version={version} selected={path} />
      </section>
      {path === undefined ? (
        <p className="text-muted px-1 py-2 max-lg:hidden">Pick a file to look into it.</p>
      ) : (
        <div className="grid min-w-0 gap-3">
          <Link to="/models/$name/versions/$version" params={{ name, version: String(version) }} search={{ tab: "files" }} resetScroll={false} className="link lg:hidden">
            ← All files
          </Link>
          <FilePreview key={path} name={name} version={version} path={path} />
        </div>
      )}
    </div>
  );
}
