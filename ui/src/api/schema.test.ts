import { readFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import { expect, test } from "vitest";

test("the generated client is the one of the API description (npm run gen)", async () => {
  const source = new URL("../../../docs/openapi.json", import.meta.url);
  const written = readFileSync(new URL("./schema.gen.ts", import.meta.url), "utf8");
  expect(written).toContain(astToString(await openapiTS(source, { emptyObjectsUnknown: true })).trim());
});
