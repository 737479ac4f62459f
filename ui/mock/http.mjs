// /api/v1 and the few MLflow endpoints that a stock client needs for a stage move, over the registry in memory.
import { listFolder } from "./files.mjs";
import { Refusal } from "./registry.mjs";

const clean = (value) => JSON.parse(JSON.stringify(value, (_, inner) => (inner === null ? undefined : inner)));

/** With its lineage, whose nulls mean something: not a number. */
const whole = ({ lineage, ...version }) => ({ ...clean(version), lineage });

function page(items, query, key) {
  const limit = Number(query.get("limit") ?? 100);
  const start = Number(query.get("cursor") ?? 0);
  const next = start + limit < items.length ? String(start + limit) : undefined;
  return { [key]: items.slice(start, start + limit), next_cursor: next };
}

function search(registry, query) {
  const filter = query.get("filter") ?? "";
  const like = /^name\s+i?like\s+['"]%?(.*?)%?['"]$/i.exec(filter);
  const tag = /^tags?\.(\w+)\s*=\s*['"](.*)['"]$/i.exec(filter);
  if (filter && !like && !tag) throw new Refusal(400, "INVALID_PARAMETER_VALUE", `Invalid filter '${filter}'. Names and tags can be compared, e.g. name ILIKE '%fraud%' or tags.team = 'risk'.`);
  const found = [...registry.models.values()].filter((model) => {
    if (like) return model.name.toLowerCase().includes(like[1].toLowerCase());
    return !tag || model.tags.some((one) => one.key === tag[1] && one.value === tag[2]);
  });
  const order = query.get("order_by") ?? "name";
  const by = order.startsWith("name") ? (a, b) => (a.name < b.name ? -1 : 1) : (a, b) => a.updated_at - b.updated_at;
  found.sort(by);
  if (order.endsWith("DESC")) found.reverse();
  return { ...page(found, query, "models"), models: page(found, query, "models").models.map((model) => registry.show(model)) };
}

export function answerApi(registry, method, path, query, body, who) {
  const [head, name, kind, number, verb] = path.split("/").map(decodeURIComponent);
  if (head === "stages") return registry.stages;
  if (head !== "models") throw new Refusal(404, "ENDPOINT_NOT_FOUND", `There is no ${path}.`);
  if (!name) return clean(search(registry, query));
  if (!kind) return clean(registry.show(registry.model(name)));
  if (kind === "versions" && !number) return clean(page([...registry.model(name).versions].reverse().map((version) => registry.tell(version)), query, "versions"));
  if (kind === "history") {
    const events = registry.events.filter((event) => event.chain === registry.model(name).id);
    const about = query.get("version");
    return clean(page(events.filter((event) => !about || event.version === Number(about)).reverse(), query, "events"));
  }
  if (!verb) return whole(registry.tell(registry.version(name, number), true));
  if (verb === "files") return clean(listFolder(registry.version(name, number), query.get("path") ?? "", query.get("cursor"), Number(query.get("limit") ?? 100)));
  if (verb === "check" && method === "POST") return whole(registry.check(name, number, who));
  if (verb === "decision") return registry.decide(name, Number(number), query.get("stage") ?? "", query.get("archive_existing_versions") === "true");
  if (verb === "transition" && method === "POST") {
    const { version, decision } = registry.transition(name, Number(number), body, who);
    return clean({ version: registry.tell(version), decision });
  }
  throw new Refusal(404, "ENDPOINT_NOT_FOUND", `There is no ${path}.`);
}

const mlflowVersion = (version) => ({
  name: version.model, version: String(version.version), creation_timestamp: version.created_at, last_updated_timestamp: version.updated_at,
  current_stage: version.stage, source: version.source, run_id: version.run_id, run_link: version.run_link, status: version.status, description: version.description ?? "",
});

export function answerMlflow(registry, path, query, body, who) {
  switch (path) {
    case "registered-models/create":
      return { registered_model: { name: registry.createModel(body.name, who).name } };
    case "registered-models/get":
      return { registered_model: { name: registry.model(query.get("name")).name } };
    case "registered-models/alias":
      registry.setAlias(body.name, body.alias, Number(body.version), who);
      return {};
    case "registered-models/get-latest-versions": {
      const wanted = body.stages ?? query.getAll("stages");
      const found = registry.model(body.name ?? query.get("name")).versions.filter((one) => wanted.length === 0 || wanted.includes(one.stage));
      const latest = new Map(found.map((one) => [one.stage, one]));
      return { model_versions: [...latest.values()].map(mlflowVersion) };
    }
    case "model-versions/create":
      return { model_version: mlflowVersion(registry.createVersion(body.name, body.source, { ...who, run_id: body.run_id ?? "" })) };
    case "model-versions/get":
      return { model_version: mlflowVersion(registry.version(query.get("name"), query.get("version"))) };
    case "model-versions/transition-stage":
      return { model_version: mlflowVersion(registry.transition(body.name, Number(body.version), body, who).version) };
    default:
      throw new Refusal(404, "ENDPOINT_NOT_FOUND", `There is no ${path}.`);
  }
}
