// Sizes of files, in the units that operating systems show.
const UNITS = ["kB", "MB", "GB", "TB", "PB"];

export function fileSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let size = bytes / 1000;
  let unit = 0;
  // 999.5 kB would be rounded to 1000 kB.
  while (size >= 999.5 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${UNITS[unit]}`;
}

export function exactBytes(bytes: number): string {
  return `${bytes.toLocaleString("en-GB")} bytes`;
}
