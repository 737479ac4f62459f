// Short names for the generated schemas. Nothing here describes a response by hand.
import type { components } from "./schema.gen";

type Schemas = components["schemas"];

export type Alias = Schemas["Alias"];
export type Decision = Schemas["Decision"];
export type Event = Schemas["Event"];
export type EventPage = Schemas["EventPage"];
export type Lineage = Schemas["Lineage"];
export type LineageDataset = Schemas["LineageDataset"];
export type LineageMetric = Schemas["LineageMetric"];
export type LineageRun = Schemas["LineageRun"];
export type ModelVersion = Schemas["ModelVersion"];
export type ModelVersionPage = Schemas["ModelVersionPage"];
export type Problem = Schemas["Problem"];
export type RegisteredModel = Schemas["RegisteredModel"];
export type RegisteredModelPage = Schemas["RegisteredModelPage"];
export type RuleOutcome = Schemas["RuleOutcome"];
export type RunSummary = Schemas["RunSummary"];
export type RunVersion = Schemas["RunVersion"];
export type RunView = Schemas["RunView"];
export type StageDefinition = Schemas["StageDefinition"];
export type StageDefinitions = Schemas["StageDefinitions"];
export type StageHolding = Schemas["StageHolding"];
export type Tag = Schemas["Tag"];
export type TransitionRequest = Schemas["TransitionRequest"];
export type TransitionResponse = Schemas["TransitionResponse"];
export type VersionBrief = Schemas["VersionBrief"];
export type VersionFile = Schemas["VersionFile"];
export type VersionFiles = Schemas["VersionFiles"];
