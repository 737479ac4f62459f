// Folders open one by one, and are read when they do.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type CSSProperties } from "react";
import { fileUrl } from "../../api/file";
import { filesQuery } from "../../api/queries";
import type { VersionFile } from "../../api/types";
import { ChevronIcon, DownloadIcon, FileIcon, FolderIcon } from "../../components/icons";
import { MoreButton } from "../../components/more-button";
import { ErrorNote } from "../../components/page-state";
import { exactBytes, fileSize } from "./size";

interface TreeProps {
  name: string;
  version: number;
  selected: string | undefined;
}

interface FolderProps extends TreeProps {
  path: string;
  depth: number;
}

export function FileTree(props: TreeProps) {
  return <Folder {...props} path="" depth={0} />;
}

const indent = (depth: number) => ({ "--depth": depth }) as CSSProperties;

function Folder({ path, depth, ...tree }: FolderProps) {
  const pages = useInfiniteQuery(filesQuery(tree.name, tree.version, path));
  const files = pages.data?.pages.flatMap((page) => page.files) ?? [];
  if (pages.isPending) {
    return (
      <p className="text-muted file-name" style={indent(depth)} role="status">
        Loading…
      </p>
    );
  }
  if (!pages.data) return <ErrorNote what="This folder could not be listed." error={pages.error} onRetry={() => void pages.refetch()} />;
  if (files.length === 0) {
    return (
      <p className="text-muted file-name" style={indent(depth)}>
        Nothing in it.
      </p>
    );
  }
  return (
    <>
      <ul aria-label={path === "" ? "Files" : `In ${path}`}>
        {files.map((file) => (file.size == null ? <FolderRow key={file.path} file={file} depth={depth} {...tree} /> : <FileRow key={file.path} file={file} depth={depth} {...tree} />))}
      </ul>
      <MoreButton pages={pages} noun="files" />
    </>
  );
}

interface RowProps extends TreeProps {
  file: VersionFile;
  depth: number;
}

function FolderRow({ file, depth, ...tree }: RowProps) {
  const holdsSelected = tree.selected === file.path || !!tree.selected?.startsWith(`${file.path}/`);
  const [open, setOpen] = useState(holdsSelected);
  return (
    <li>
      <div className="file-row">
        <button type="button" className="file-name" style={indent(depth)} aria-expanded={open} onClick={() => setOpen(!open)}>
          <ChevronIcon />
          <FolderIcon />
          <bdi>{file.name}</bdi>
        </button>
      </div>
      {open && <Folder {...tree} path={file.path} depth={depth + 1} />}
    </li>
  );
}

function FileRow({ file, depth, name, version }: RowProps) {
  const size = file.size ?? 0;
  return (
    <li>
      <div className="file-row">
        <Link
          to="/models/$name/versions/$version"
          params={{ name, version: String(version) }}
          search={{ tab: "files", path: file.path }}
          resetScroll={false}
          preload={false}
          className="file-name"
          style={indent(depth)}
        >
          {/* As wide as a folder's chevron, so that names stand under names. */}
          <span className="w-3.5 shrink-0" />
          <FileIcon />
          <bdi>{file.name}</bdi>
        </Link>
        <span className="text-muted px-2 text-xs whitespace-nowrap" title={exactBytes(size)}>
          {fileSize(size)}
        </span>
        <a className="icon-button" href={fileUrl(name, version, file.path)} download={file.name} aria-label={`Download ${file.name}, ${fileSize(size)}`} title="Download">
          <DownloadIcon />
        </a>
      </div>
    </li>
  );
}
