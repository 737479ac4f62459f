// A registry in memory, just deep enough to answer /api/v1 as the pages read it. It knows the rules `from`,
// `capacity` and `soak`, so that every state of the transition panel can be reached without a server.
export const BUILT_IN = [
  { name: "None", initial: true, archive: false, full: "archive", protected: false },
  { name: "Staging", initial: false, archive: false, full: "archive", protected: false },
  { name: "Production", initial: false, archive: false, full: "archive", protected: false },
  { name: "Archived", initial: false, archive: true, full: "archive", protected: false },
];

export class Refusal extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export class Registry {
  models = new Map();
  events = [];
  listeners = new Set();
  stages = { revision: 0, stages: BUILT_IN, overrides: [], document: "" };
  /** Lets demo data lie in the past. */
  now = () => Date.now();

  record(model, kind, actor, agent, fields = {}) {
    const sequence = this.events.filter((event) => event.chain === model.id).length + 1;
    const event = { cursor: String(this.events.length + 1).padStart(12, "0"), kind, chain: model.id, sequence, at: this.now(), actor, user_agent: agent, model: model.name, previous_hash: "0".repeat(64), hash: "0".repeat(64), ...fields };
    this.events.push(event);
    model.lastEvent = event;
    for (const tell of this.listeners) tell(event);
    return event;
  }

  model(name) {
    const model = this.models.get(name);
    if (!model) throw new Refusal(404, "RESOURCE_DOES_NOT_EXIST", `Registered Model with name=${name} not found`);
    return model;
  }

  version(name, number) {
    const version = this.model(name).versions.find((one) => one.version === Number(number));
    if (!version) throw new Refusal(404, "RESOURCE_DOES_NOT_EXIST", `Model Version (name=${name}, version=${number}) not found`);
    return version;
  }

  createModel(name, { actor = "", agent = "", description = null, tags = [] } = {}) {
    if (this.models.has(name)) throw new Refusal(400, "RESOURCE_ALREADY_EXISTS", `Registered Model (name=${name}) already exists.`);
    const at = this.now();
    const model = { id: `m${this.models.size + 1}`, name, description, tags, aliases: [], created_at: at, updated_at: at, created_by: actor, versions: [] };
    this.models.set(name, model);
    this.record(model, "registered_model.created", actor, agent, { after: { name } });
    return model;
  }

  createVersion(name, source, { actor = "", agent = "", description = null, tags = [], run_id = "", run_link = "", files = null, lineage = { datasets: [] } } = {}) {
    const model = this.model(name);
    const at = this.now();
    const version = { model: name, version: model.versions.length + 1, stage: this.stages.stages[0].name, stage_since: at, stage_by: actor, description, source, run_id, run_link, status: "READY", created_at: at, updated_at: at, created_by: actor, aliases: [], tags, files, lineage };
    Object.assign(version, files ? { digest_state: "recorded", digest: `files-sha256-v1:${"0123456789abcdef".repeat(4)}`, digest_checked_at: at } : { digest_state: "none" });
    model.versions.push(version);
    this.record(model, "model_version.created", actor, agent, { version: version.version, after: { source } });
    return version;
  }

  /** A version as the API tells it; where it comes from only where it is asked for alone. */
  tell({ files, lineage, ...version }, alone = false) {
    return alone ? { ...version, lineage } : version;
  }

  /** Looks at the files again; here they are always as they should be. */
  check(name, number, { actor = "", agent = "" } = {}) {
    const version = this.version(name, number);
    if (version.digest_state === "mismatch") {
      version.digest_state = "recorded";
      this.record(this.model(name), "model_version_digest.checked", actor, agent, { version: version.version, before: { digest_state: "mismatch" }, after: { digest_state: "recorded" } });
    }
    version.digest_checked_at = this.now();
    return this.tell(version, true);
  }

  setAlias(name, alias, number, { actor = "", agent = "" } = {}) {
    const model = this.model(name);
    const before = model.aliases.find((one) => one.alias === alias);
    for (const version of model.versions) version.aliases = version.aliases.filter((one) => one !== alias);
    this.version(name, number).aliases.push(alias);
    model.aliases = [...model.aliases.filter((one) => one.alias !== alias), { alias, version: number }];
    this.record(model, "alias.set", actor, agent, { version: number, before: before ?? null, after: { alias, version: number } });
  }

  decide(name, number, wanted, archive) {
    const version = this.version(name, number);
    const stages = this.stages.stages;
    const stage = stages.find((one) => one.name.toLowerCase() === wanted.toLowerCase());
    if (!stage) throw new Refusal(400, "INVALID_PARAMETER_VALUE", `Invalid Model Version stage: ${wanted}. Value must be one of ${stages.map((one) => one.name).join(", ")}.`);
    const archiveStage = stages.find((one) => one.archive)?.name;
    const others = this.model(name).versions.filter((one) => one.stage === stage.name && one !== version).reverse();
    const canArchive = !stage.initial && !stage.archive;
    const rules = [];
    if (stage.from) {
      const passed = stage.from.includes(version.stage);
      rules.push({ rule: "from", passed, message: `${stage.name} is entered from ${stage.from.join(", ")}; v${number} is in ${version.stage}.` });
    }
    let displaced = archive ? others : [];
    if (stage.capacity) {
      const room = others.length < stage.capacity;
      if (!room && stage.full === "archive") displaced = archive ? others : others.slice(stage.capacity - 1);
      const passed = room || stage.full === "archive" || archive;
      rules.push({ rule: "capacity", passed, message: `${stage.name} holds at most ${stage.capacity}; ${others.length} there${passed && !room ? ", which makes room" : ""}.` });
    }
    if (stage.soak) {
      const hours = (ms) => `${Math.floor(ms / 3_600_000)} h`;
      const spent = this.now() - version.stage_since;
      rules.push({ rule: "soak", passed: spent >= stage.soak, message: `${hours(stage.soak)} in ${version.stage} are asked for; v${number} has been there for ${hours(spent)}.` });
    }
    const brief = ({ version: number, stage_since: since, stage_by: by }) => ({ version: number, since, by });
    return {
      allowed: rules.every((rule) => rule.passed), from: version.stage, to: stage.name, revision: this.stages.revision, rules,
      occupants: others.slice(0, 3).map(brief), occupant_count: others.length,
      displaced: displaced.map((one) => ({ version: one.version, to: archiveStage })), displaced_count: displaced.length, can_archive_existing: canArchive,
    };
  }

  transition(name, number, { stage, archive_existing_versions = false, comment = null }, { actor = "", agent = "" } = {}) {
    const decision = this.decide(name, number, stage, archive_existing_versions);
    if (!decision.allowed) {
      const failed = decision.rules.filter((rule) => !rule.passed).map((rule) => `- ${rule.rule}: ${rule.message}`).join("\n");
      throw new Refusal(409, "RESOURCE_CONFLICT", `v${number} may not move to ${decision.to}:\n${failed}`);
    }
    const model = this.model(name);
    const move = (version, to, fields) => {
      const before = { stage: version.stage };
      Object.assign(version, { stage: to, stage_since: this.now(), stage_by: actor, updated_at: this.now() });
      return this.record(model, "model_version.transitioned", actor, agent, { version: version.version, before, after: { stage: to }, revision: decision.revision, ...fields });
    };
    const cause = move(this.version(name, number), decision.to, { comment });
    for (const { version, to } of decision.displaced) move(this.version(name, version), to, { cause: cause.sequence });
    return { version: this.version(name, number), decision };
  }

  toJSON() {
    return { models: [...this.models], events: this.events, stages: this.stages };
  }

  restore({ models, events, stages }) {
    Object.assign(this, { models: new Map(models), events, stages });
  }

  show(model) {
    const { versions, lastEvent, ...rest } = model;
    const stages = this.stages.stages.flatMap(({ name }) => {
      const there = versions.filter((one) => one.stage === name).reverse();
      if (there.length === 0) return [];
      return [{ stage: name, more: there.length > 3, versions: there.slice(0, 3).map((one) => ({ version: one.version, since: one.stage_since, by: one.stage_by })) }];
    });
    return { ...rest, latest_version: versions.length || null, stages, last_event: lastEvent };
  }
}
