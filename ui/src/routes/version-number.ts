// A version in a URL is a whole number from 1; anything else names nothing.
export function versionNumber(version: string): number | null {
  return /^[1-9]\d{0,14}$/.test(version) ? Number(version) : null;
}
