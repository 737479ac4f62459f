import { describe as suite, expect, test } from "vitest";
import type { Event } from "../../api/types";
import { clientName, plainSentence } from "./describe";

function event(kind: string, rest: Partial<Event> = {}): Event {
  return { cursor: "1", kind, chain: "m1", sequence: 1, at: 0, actor: "alice", user_agent: "", model: "Unicorn", previous_hash: "", hash: "", ...rest };
}

suite("an event in words", () => {
  test.each<[Event, string]>([
    [event("registered_model.created"), "Unicorn: alice created the model"],
    [event("registered_model.renamed", { before: { name: "A" }, after: { name: "B" } }), "Unicorn: alice renamed the model from A to B"],
    [event("registered_model.updated", { after: { description: "x" } }), "Unicorn: alice changed the description of the model"],
    [event("registered_model_tag.set", { after: { key: "team", value: "risk" } }), "Unicorn: alice set tag team: risk on the model"],
    [event("model_version.created", { version: 3 }), "Unicorn: alice registered v3"],
    [event("model_version.transitioned", { version: 3, before: { stage: "Staging" }, after: { stage: "Live" } }), "Unicorn: alice moved v3 from Staging to Live"],
    [event("model_version_tag.deleted", { version: 3, before: { key: "git" } }), "Unicorn: alice removed tag git on v3"],
    [event("alias.set", { before: { alias: "champion", version: 1 }, after: { alias: "champion", version: 2 } }), "Unicorn: alice pointed alias @champion at v2, before at v1"],
    [event("alias.deleted", { before: { alias: "champion", version: 1 } }), "Unicorn: alice removed alias @champion"],
    [event("model_version_digest.recorded", { version: 3, actor: "", user_agent: "greenroom" }), "Unicorn: greenroom recorded the content digest of v3"],
    [event("model_version_digest.checked", { version: 3, after: { digest_state: "mismatch" } }), "Unicorn: alice found the files of v3 changed"],
    [event("model_version_digest.checked", { version: 3, after: { digest_state: "recorded" } }), "Unicorn: alice found the files of v3 as they were recorded"],
    [event("stage_definitions.applied", { model: null, revision: 4 }), "alice applied new stage definitions, revision 4"],
    [event("model_version.deleted", { version: 3, actor: "" }), "Unicorn: someone deleted v3"],
    [event("model_version.deleted", { version: 3, actor: "", user_agent: "mlflow-python-client/3.17.2" }), "Unicorn: Python client deleted v3"],
    [event("approval.granted_now"), "Unicorn: alice approval granted now"],
  ])("%#: $kind", (given, sentence) => {
    expect(plainSentence(given)).toBe(sentence);
  });

  test("the client is told by its user agent", () => {
    expect(clientName("mlflow-python-client/3.17.2")).toBe("Python client");
    expect(clientName("Mozilla/5.0 (X11)")).toBe("web UI");
    expect(clientName("curl/8.0")).toBe("curl");
    expect(clientName("")).toBe("");
  });
});
