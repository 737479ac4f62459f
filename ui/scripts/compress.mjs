// Writes `.br` and `.gz` beside every text asset of dist/, so that the server never compresses at run time.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url).pathname;
const totals = {};
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(html|js|css|svg|json)$/.test(entry.name)) continue;
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const plain = readFileSync(path);
  const brotli = brotliCompressSync(plain, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
  });
  const gzip = gzipSync(plain, { level: 9 });
  writeFileSync(`${path}.br`, brotli);
  writeFileSync(`${path}.gz`, gzip);
  const kind = entry.name.split(".").pop();
  totals[kind] ??= { files: 0, plain: 0, gzip: 0, brotli: 0 };
  totals[kind].files += 1;
  totals[kind].plain += plain.length;
  totals[kind].gzip += gzip.length;
  totals[kind].brotli += brotli.length;
}
console.table(totals);
