import { expect, test } from "vitest";
import { readMlModel } from "./mlmodel";

const SKLEARN = `flavors:
  python_function:
    loader_module: mlflow.sklearn
    python_version: 3.11.7
  sklearn:
    code: null
    serialization_format: skops
    sklearn_version: 1.9.1
mlflow_version: 3.17.2
model_uuid: 643663575bdf48708c10f4a9e4174eda
saved_input_example_info:
  artifact_path: input_example.json
  pandas_orient: split
  type: dataframe
signature:
  inputs: '[{"type": "long", "name": "age", "required": true}, {"type": "double",
    "name": "income", "required": false}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1, 28]}}]'
  params: '[{"name": "threshold", "default": 0.5, "shape": null, "type": "double"},
    {"name": "labels", "default": ["a", "b"], "shape": [-1], "type": "string"}]'
utc_time_created: '2026-11-24 16:19:39.297007'
`;

test("the file that the client writes is read whole", () => {
  expect(readMlModel(SKLEARN)).toEqual({
    signature: {
      inputs: { fields: [{ name: "age", type: "long", required: true }, { name: "income", type: "double", required: false }] },
      outputs: { fields: [{ name: "", type: "tensor of int64", shape: "[-1, 28]" }] },
      params: {
        fields: [
          { name: "threshold", type: "double", default: "0.5" },
          { name: "labels", type: "string", shape: "[-1]", default: '["a","b"]' },
        ],
      },
    },
    example: { path: "input_example.json" },
    flavors: ["python_function", "sklearn 1.9.1"],
    mlflowVersion: "3.17.2",
    pythonVersion: "3.11.7",
    format: "skops",
  });
});

const typeOf = (column: object) => {
  const part = readMlModel(`signature: {inputs: '${JSON.stringify([column])}'}`).signature?.inputs;
  return part && "fields" in part ? part.fields[0]?.type : part;
};

test.each([
  [{ type: "array", items: { type: "string" } }, "array<string>"],
  [{ type: "map", values: { type: "array", items: { type: "long" } } }, "map<array<long>>"],
  [{ type: "object", properties: { role: { type: "string", required: true }, name: { type: "string", required: false } } }, "{role: string, name?: string}"],
  [{ type: "array", items: { type: "object", properties: { a: { type: "any" } } } }, "array<{a: any}>"],
  [{ type: "sparkml_vector" }, "sparkml_vector"],
  [{ type: "array" }, "array<…>"],
  [{ type: { surprise: 1 } }, "?"],
  [{}, "?"],
])("%o is %s", (column, type) => {
  expect(typeOf(column)).toBe(type);
});

test("a type nested without end is cut", () => {
  let type: object = { type: "long" };
  for (let depth = 0; depth < 50; depth++) type = { type: "array", items: type };
  expect(typeOf(type)).toContain("…");
});

test("a model without a signature has none", () => {
  for (const text of ["flavors: {}", "signature: null", "signature: words", "signature: [1]"]) {
    expect(readMlModel(text).signature).toBeUndefined();
  }
  expect(readMlModel("signature: {inputs: null}").signature).toEqual({});
});

test.each([
  ["no JSON", "'[{'", "[{"],
  ["no list", `'{"a": 1}'`, '{"a": 1}'],
  ["no objects", "'[1, 2]'", "[1, 2]"],
  ["YAML in place of text", "[{type: long}]", '[{"type":"long"}]'],
])("inputs that are %s are shown as text", (_, written, text) => {
  expect(readMlModel(`signature: {inputs: ${written}}`).signature?.inputs).toEqual({ text });
});

test("unknown shapes everywhere else are left out", () => {
  const odd = "flavors: [a]\nmlflow_version: {x: 1}\nsaved_input_example_info: text\nsignature: {outputs: '[]'}";
  expect(readMlModel(odd)).toEqual({ flavors: [], signature: { outputs: { fields: [] } } });
});

test("names of the language's own objects are names like others", () => {
  const text = `__proto__: {flavors: {evil: {}}}\nflavors: {__proto__: {serialization_format: x}, constructor: {constructor_version: 1}}`;
  expect(readMlModel(text).flavors).toEqual(["__proto__", "constructor 1"]);
  expect(({} as Record<string, unknown>)["flavors"]).toBeUndefined();
});

test.each([
  ["no mapping", "- a\n- b"],
  ["nothing", ""],
  ["not YAML", "a: b: c: ["],
  ["a bomb of aliases", "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nflavors: {c: [*b,*b,*b,*b]}"],
  ["brackets without end", "[".repeat(100_000)],
  ["braces without end", "a: " + "{a: ".repeat(20_000)],
  ["lists without end", "- ".repeat(100_000)],
  ["keys without end", "? ".repeat(100_000)],
  ["indentation without end", Array.from({ length: 700 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")],
])("%s is refused, not survived", (_, text) => {
  expect(() => readMlModel(text)).toThrow();
});
