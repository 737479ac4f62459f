// How a file can be shown. Nothing here trusts a name or a type that came with the file: a name only says what is
// worth trying, the bytes decide.

export type Kind = "image" | "table" | "text" | "binary";

/** Formats that are no text, so that not a byte of them needs to be read to say so. */
const BINARY = new Set(
  ("7z avro bin bz2 ckpt dll dylib exe feather gguf gz h5 hdf5 joblib keras mp3 mp4 msgpack npy npz onnx orc parquet pb pdf pickle " +
    "pkl pt pth rds safetensors skops so sqlite tar tflite tgz ubj wav whl xz zip zst").split(" "),
);
const IMAGES = new Set(["png", "jpg", "jpeg", "gif", "webp"]);

export function extension(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot + 1).toLowerCase();
}

export function kindOf(name: string): Kind {
  const ending = extension(name);
  if (BINARY.has(ending)) return "binary";
  if (IMAGES.has(ending)) return "image";
  return ending === "csv" || ending === "tsv" ? "table" : "text";
}

/** The type of an image by its first bytes; `null` for anything else, above all for SVG, which is a program. */
export function imageType(bytes: Uint8Array): string | null {
  const starts = (signature: number[], at = 0) => signature.every((byte, index) => bytes[at + index] === byte);
  if (starts([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return "image/png";
  if (starts([0xff, 0xd8, 0xff])) return "image/jpeg";
  if (starts([0x47, 0x49, 0x46, 0x38])) return "image/gif";
  if (starts([0x52, 0x49, 0x46, 0x46]) && starts([0x57, 0x45, 0x42, 0x50], 8)) return "image/webp";
  return null;
}

/** The text that these bytes are; `null` when they are none. `whole` is false for the beginning of a longer file. */
export function asText(bytes: Uint8Array, whole: boolean): string | null {
  if (bytes.includes(0)) return null;
  try {
    // The beginning of a file may end within a character; that much is left out.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: !whole });
  } catch {
    return null;
  }
}
