// A lived-in registry to look at.
import { demoFiles } from "./files.mjs";
import { demoLineage } from "./lineage.mjs";

const DAY = 86_400_000;
const AGENT = { client: "mlflow-python-client/3.17.2", ui: "Mozilla/5.0 (X11; Linux x86_64)", ci: "greenroom-cli/0.1.0" };

export function fillDemo(registry) {
  const start = Date.now();
  let at = start - 120 * DAY;
  registry.now = () => at;
  const later = (days) => (at += days * DAY);
  registry.stages = {
    revision: 4, overrides: [], document: "",
    stages: [
      { name: "None", initial: true, archive: false, full: "archive", protected: false, description: "just registered" },
      { name: "Staging", initial: false, archive: false, full: "archive", protected: false, description: "shadow traffic" },
      { name: "Production", initial: false, archive: false, full: "archive", protected: true, from: ["Staging"], capacity: 1, soak: DAY, color: "#2f9e44", description: "serves customers" },
      { name: "Archived", initial: false, archive: true, full: "archive", protected: false, description: "kept for audits" },
    ],
  };
  const rules = registry.stages;
  const free = { ...rules, stages: rules.stages.map(({ from, capacity, soak, ...stage }) => stage) };
  registry.stages = free;

  registry.createModel("Unicorn", {
    actor: "alice", agent: AGENT.client, tags: [{ key: "team", value: "growth" }, { key: "tier", value: "1" }],
    description: "# Unicorn churn model\n\nPredicts **churn in 30 days** from account activity.\n\n| owner  | on call    |\n|--------|------------|\n| growth | #growth-ml |\n\n- retrained weekly\n- <script>alert('never runs')</script>",
  });
  for (const [number, f1] of [[1, "0.871"], [2, "0.896"], [3, "0.920"], [4, "0.913"]]) {
    later(9);
    const runId = `4f0c1e77a9d34b0e8c2f5b1d6e3a90${number}c`;
    registry.createVersion("Unicorn", number === 1 ? "s3://bucket/unicorn/1" : `models:/m-${runId}`, {
      actor: "trainer", agent: AGENT.ci, run_id: runId, files: number === 1 ? null : demoFiles(number), lineage: demoLineage(number, runId, at), run_link: `https://runs.example.org/unicorn/train-0${number}`,
      tags: [{ key: "f1", value: f1 }, { key: "git", value: `abc${number}f0e` }, { key: "validation", value: number === 4 ? "pending" : "passed" }],
      description: `Depth ${number * 2 + 1}, top-10 features.`,
    });
    if (number === 4) break;
    later(2);
    registry.transition("Unicorn", number, { stage: "Staging", comment: number === 3 ? "offline f1 up by 0.024, shadow run planned" : null }, { actor: "alice", agent: AGENT.client });
    if (number === 3) continue;
    later(4);
    registry.transition("Unicorn", number, { stage: "Production", archive_existing_versions: true, comment: number === 2 ? "Q3 review passed.\nRunbook updated by growth-ml." : "first release" }, { actor: "bob", agent: AGENT.ui });
    registry.setAlias("Unicorn", "champion", number, { actor: "bob", agent: AGENT.client });
  }
  registry.version("Unicorn", 2).digest_state = "mismatch";
  registry.setAlias("Unicorn", "challenger", 3, { actor: "alice", agent: AGENT.client });

  const teams = ["risk", "growth", "search", "platform"];
  const names = ["Anomaly-Detector", "Credit-Risk", "Demand-Forecast", "ETA-Predictor", "Fraud-Scorer", "Image-Tagger", "Lead-Scoring", "LTV-Forecast", "Price-Elasticity", "Recommender-Home", "Search-Ranker", "Spam-Filter"];
  at = start - 40 * DAY;
  names.forEach((name, index) => {
    later(2.4);
    registry.createModel(name, { actor: ["alice", "bob", "chen"][index % 3], agent: AGENT.client, tags: [{ key: "team", value: teams[index % 4] }] });
    const versions = index % 4 === 1 ? 0 : (index % 3) + 2;
    for (let number = 1; number <= versions; number++) registry.createVersion(name, `s3://bucket/${name.toLowerCase()}/${number}`, { actor: "trainer", agent: AGENT.ci });
    if (versions > 0 && index % 2 === 0) registry.transition(name, versions, { stage: "Staging" }, { actor: "chen", agent: AGENT.ui });
    later(0.2);
    if (versions > 1 && index !== 6) registry.transition(name, 1, { stage: "Production" }, { actor: "dana", agent: AGENT.client });
    if (index === 4) [2, 3].filter((number) => number <= versions).forEach((number) => registry.transition(name, number, { stage: "Production" }, { actor: "dana", agent: AGENT.client }));
  });
  registry.stages = rules;
  registry.now = () => Date.now();
}
