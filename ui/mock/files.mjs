// The files of versions: contents by path, as a store would have them, some of them hostile.
import { crc32, deflateSync } from "node:zlib";
import { Refusal } from "./registry.mjs";

/** One page of a folder: folders first, then files, each by name. */
export function listFolder(version, path, cursor, limit) {
  if (!version.files) return { location: version.source, unavailable: `The artifacts at '${version.source}' are outside the storage that this server opens. Read and write them with a client that reaches that storage itself.`, files: [] };
  const prefix = path ? `${path}/` : "";
  const entries = new Map();
  for (const [file, content] of Object.entries(version.files)) {
    if (!file.startsWith(prefix)) continue;
    const [name, ...below] = file.slice(prefix.length).split("/");
    entries.set(name, { name, path: prefix + name, size: below.length > 0 ? null : content.length });
  }
  const sorted = [...entries.values()].sort((a, b) => (a.size === null ? 0 : 1) - (b.size === null ? 0 : 1) || (a.name < b.name ? -1 : 1));
  const start = Number(cursor ?? 0);
  return { location: version.source, files: sorted.slice(start, start + limit), next_cursor: start + limit < sorted.length ? String(start + limit) : undefined };
}

/** Sends a file as the server does: in ranges, as an attachment. */
export function sendArtifact(request, response, version, path) {
  const content = version.files?.[path];
  if (content === undefined) throw new Refusal(404, "RESOURCE_DOES_NOT_EXIST", `No such artifact: '${path}'`);
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
  const headers = { "content-type": "application/octet-stream", "content-disposition": `attachment; filename="${encodeURIComponent(path.split("/").at(-1))}"`, "x-content-type-options": "nosniff", "content-security-policy": "sandbox; default-src 'none'" };
  if (first === undefined) return response.writeHead(200, { ...headers, "content-length": content.length }).end(content);
  if (Number(first) >= content.length) return response.writeHead(416, { ...headers, "content-range": `bytes */${content.length}` }).end();
  const end = Math.min(Number(last), content.length - 1);
  return response.writeHead(206, { ...headers, "content-range": `bytes ${first}-${end}/${content.length}`, "content-length": end - first + 1 }).end(content.subarray(Number(first), end + 1));
}

const text = (value) => Buffer.from(value);

/** What `log_model` leaves, and what people put beside it. */
export function demoFiles(number) {
  const columns = ["tenure_months", "monthly_spend", "open_tickets", "plan", "last_login_days"];
  const type = { plan: "string", monthly_spend: "double" };
  const inputs = columns.map((name) => ({ type: type[name] ?? "long", name, required: name !== "last_login_days" }));
  const params = [{ name: "threshold", default: 0.5, shape: null, type: "double" }, { name: "segments", default: ["smb", "enterprise"], shape: [-1], type: "string" }];
  const quoted = (value) => `'${JSON.stringify(value)}'`;
  return {
    MLmodel: text(`flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n    model_path: model.skops\n    python_version: 3.11.7\n  sklearn:\n    pickled_model: model.skops\n    serialization_format: skops\n    sklearn_version: 1.9.1\nmlflow_version: 3.17.2\nsaved_input_example_info:\n  artifact_path: input_example.json\n  pandas_orient: split\n  type: dataframe\nsignature:\n  inputs: ${quoted(inputs)}\n  outputs: ${quoted([{ type: "tensor", "tensor-spec": { dtype: "float64", shape: [-1, 2] } }])}\n  params: ${quoted(params)}\n`),
    "conda.yaml": text("channels:\n- conda-forge\ndependencies:\n- python=3.11.7\n- pip\n- pip:\n  - mlflow==3.17.2\n  - scikit-learn==1.9.1\nname: mlflow-env\n"),
    "requirements.txt": text("mlflow==3.17.2\nscikit-learn==1.9.1\nskops==0.13.0\n"),
    "input_example.json": text(JSON.stringify({ columns, data: [[14, 39.9, 0, "smb", 3], [2, 12.5, 4, "free", null]] })),
    "model.skops": Buffer.alloc(48_213, number),
    "README.md": text("# Churn\n\nTrained **weekly**. <script>alert('never runs')</script>\n\n![tracker](https://tracker.example/x.png)\n"),
    "evaluation/confusion.png": checkerboard(240),
    "evaluation/scores.csv": text(`customer,score,label,note\n${Array.from({ length: 400 }, (_, row) => `c-${1000 + row},${((row * 37) % 100) / 100},${row % 3 === 0 ? 1 : 0},"${row % 7 ? "" : "checked, ok"}"`).join("\n")}\n`),
    "evaluation/report.html": text("<!doctype html><script>fetch('https://tracker.example')</script><h1>report</h1>"),
    "evaluation/logo.svg": text("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><circle r='4'/></svg>"),
    "evaluation/by-segment/enterprise.json": text(JSON.stringify({ f1: 0.9199999999999999, support: 412, confusion: [[380, 9], [12, 11]] })),
    "evaluation/by-segment/empty.txt": text(""),
    "evaluation/not-really.png": text("<svg onload='alert(1)'/>"),
    "training.log": text(Array.from({ length: 9_000 }, (_, step) => `2026-11-20 12:00:00 INFO step ${step} loss ${(1 / (step + 1)).toFixed(6)}`).join("\n")),
  };
}

/** A PNG with something to see. */
function checkerboard(size) {
  const rows = Buffer.alloc((size + 1) * size);
  for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) rows[y * (size + 1) + 1 + x] = ((x >> 5) + (y >> 5)) % 2 ? 40 : 220;
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 0, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}
