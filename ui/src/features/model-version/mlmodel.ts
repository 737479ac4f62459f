// Reads the MLmodel file of a version: what goes in, what comes out, and what it was made with. The file comes from
// whoever logged the model, so every shape is checked, and what is not understood is shown as the text it is.
import { parse } from "yaml";

/** One input, output or parameter of a model. */
export interface Field {
  /** Empty when it has none: a tensor, a column of an unnamed table. */
  name: string;
  type: string;
  /** Absent where the file does not say. */
  required?: boolean;
  /** As `[-1, 28, 28]`; -1 is any length. */
  shape?: string;
  /** Of a parameter, as JSON. */
  default?: string;
}

/** A part of the signature: its fields, or the text that could not be read as such. */
export type Part = { fields: Field[] } | { text: string };

export interface MlModel {
  /** Absent when the model has no signature at all. */
  signature?: { inputs?: Part; outputs?: Part; params?: Part };
  example?: { path: string };
  /** Name and, where known, version and format. */
  flavors: string[];
  mlflowVersion?: string;
  pythonVersion?: string;
  /** How the model is stored (`cloudpickle`, `skops` ...). */
  format?: string;
}

const MAX_FIELDS = 2_000;
const MAX_TYPE_DEPTH = 8;
/** Levels of brackets, and columns of indentation; the client's own files have less than ten of each. */
const MAX_DEPTH = 100;

type Json = Record<string, unknown>;

/** Throws when the text is no YAML mapping. */
export function readMlModel(text: string): MlModel {
  if (isDeep(text)) throw new Error("It is nested too deeply.");
  // The core schema makes plain values only; no aliases, so that small files stay small.
  const file: unknown = parse(text, { schema: "core", maxAliasCount: 0, logLevel: "error" });
  if (!isObject(file)) throw new Error("It is no YAML mapping.");
  const flavors = isObject(file["flavors"]) ? file["flavors"] : {};
  return {
    signature: readSignature(file["signature"]),
    example: readExample(file["saved_input_example_info"]),
    flavors: Object.entries(flavors).slice(0, 20).map(([name, flavor]) => flavorName(name, flavor)),
    mlflowVersion: word(file["mlflow_version"]),
    pythonVersion: isObject(flavors["python_function"]) ? word(flavors["python_function"]["python_version"]) : undefined,
    format: Object.values(flavors).map((flavor) => (isObject(flavor) ? word(flavor["serialization_format"]) : undefined)).find(Boolean),
  };
}

/** The parser recurses, and a browser does not survive every way of running out of stack: so this looks first. */
function isDeep(text: string): boolean {
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth = bracket === "[" || bracket === "{" ? depth + 1 : Math.max(0, depth - 1);
    if (depth > MAX_DEPTH) return true;
  }
  return new RegExp(`^[ \\t?:-]{${MAX_DEPTH}}`, "m").test(text);
}

function readSignature(signature: unknown): MlModel["signature"] {
  if (!isObject(signature)) return undefined;
  return { inputs: readPart(signature["inputs"]), outputs: readPart(signature["outputs"]), params: readPart(signature["params"]) };
}

/** A part is JSON in a YAML string. */
function readPart(part: unknown): Part | undefined {
  if (part == null) return undefined;
  if (typeof part !== "string") return { text: JSON.stringify(part) };
  try {
    const fields: unknown = JSON.parse(part);
    if (Array.isArray(fields) && fields.length <= MAX_FIELDS && fields.every(isObject)) return { fields: fields.map(readField) };
  } catch {
    // Shown as it is.
  }
  return { text: part };
}

function readField(field: Json): Field {
  const tensor = isObject(field["tensor-spec"]) ? field["tensor-spec"] : null;
  const shape = (tensor ?? field)["shape"];
  return {
    name: word(field["name"]) ?? "",
    type: tensor ? `tensor of ${word(tensor["dtype"]) ?? "?"}` : typeName(field),
    required: typeof field["required"] === "boolean" ? field["required"] : undefined,
    shape: shape == null ? undefined : JSON.stringify(shape).replaceAll(",", ", "),
    default: "default" in field ? JSON.stringify(field["default"]) : undefined,
  };
}

/** A column's type in one line: `array<string>`, `{a: long, b?: string}`. */
function typeName(field: unknown, depth = 0): string {
  if (!isObject(field) || depth > MAX_TYPE_DEPTH) return "…";
  const type = word(field["type"]) ?? word(field["dtype"]) ?? "?";
  if (type === "array") return `array<${typeName(field["items"], depth + 1)}>`;
  if (type === "map") return `map<${typeName(field["values"], depth + 1)}>`;
  if (type !== "object" || !isObject(field["properties"])) return type;
  const properties = Object.entries(field["properties"]).map(
    ([name, property]) => `${name}${isObject(property) && property["required"] === false ? "?" : ""}: ${typeName(property, depth + 1)}`,
  );
  return `{${properties.join(", ")}}`;
}

function readExample(example: unknown): MlModel["example"] {
  const path = isObject(example) ? word(example["artifact_path"]) : undefined;
  return path === undefined ? undefined : { path };
}

function flavorName(name: string, flavor: unknown): string {
  const own = name === "python_function" ? undefined : isObject(flavor) ? word(flavor[`${name}_version`]) : undefined;
  return own ? `${name} ${own}` : name;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A short text, or a number as one: unquoted versions such as `3.11` are numbers in YAML. */
function word(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" && value.length <= 1_000 ? value : undefined;
}
