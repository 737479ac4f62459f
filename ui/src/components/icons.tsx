// The few signs the pages use, drawn to the same 16-unit grid. All are decoration: the words are beside them.
import type { ReactNode } from "react";

function Icon({ children, className = "size-4" }: { children: ReactNode; className?: string }) {
  return (
    <svg viewBox="0 0 16 16" className={`${className} shrink-0`} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      {children}
    </svg>
  );
}

export const ChevronIcon = () => <Icon className="size-3.5"><path d="m4 6.2 4 4 4-4" /></Icon>;
export const ArrowIcon = () => <Icon><path d="M2.5 8h11m-4-4 4 4-4 4" /></Icon>;
export const CheckIcon = () => <Icon><path d="m3 8.6 3.2 3.2L13 4.6" /></Icon>;
export const CrossIcon = () => <Icon><path d="m4 4 8 8m0-8-8 8" /></Icon>;
export const WarningIcon = () => <Icon><path d="M8 2.2 14.4 13H1.6zM8 6.4v3m0 1.9v.1" /></Icon>;
export const PauseIcon = () => <Icon><path d="M5.5 3.5v9m5-9v9" /></Icon>;
export const ClockIcon = () => <Icon><circle cx="8" cy="8" r="5.8" /><path d="M8 4.6V8l2.3 1.6" /></Icon>;
export const SearchIcon = () => <Icon><circle cx="7" cy="7" r="4.2" /><path d="m10.2 10.2 3.3 3.3" /></Icon>;
export const CopyIcon = () => <Icon><rect x="5.5" y="5.5" width="8" height="8" rx="1.5" /><path d="M3.5 10.5h-1v-8h8v1" /></Icon>;
export const FolderIcon = () => <Icon><path d="M1.8 4.2c0-.6.4-1 1-1h3.4l1.6 1.8h5.4c.6 0 1 .4 1 1v6c0 .6-.4 1-1 1H2.8c-.6 0-1-.4-1-1z" /></Icon>;
export const FileIcon = () => <Icon><path d="M3.5 1.8h5.7l3.3 3.3v9.1h-9zM9 2v3.3h3.3" /></Icon>;
export const DownloadIcon = () => <Icon><path d="M8 2v8m-3.4-3.2L8 10.2l3.4-3.4M2.5 13.5h11" /></Icon>;
export const SystemIcon = () => <Icon><rect x="2" y="3" width="12" height="8" rx="1" /><path d="M5.5 13.5h5" /></Icon>;
export const SunIcon = () => <Icon><circle cx="8" cy="8" r="2.8" /><path d="M8 1.5v1.2m0 10.6v1.2M1.5 8h1.2m10.6 0h1.2M3.4 3.4l.9.9m7.4 7.4.9.9m0-9.2-.9.9m-7.4 7.4-.9.9" /></Icon>;
export const MoonIcon = () => <Icon><path d="M13.4 9.8A5.8 5.8 0 0 1 6.2 2.6a5.8 5.8 0 1 0 7.2 7.2z" /></Icon>;
