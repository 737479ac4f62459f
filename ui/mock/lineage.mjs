// A run that made a version, with everything that a page has to cope with: many params, long names, NaN.
const HOUR = 3_600_000;

export function demoLineage(number, runId, at) {
  const param = (key, value) => ({ key, value: String(value) });
  const metric = (key, value, step = 0) => ({ key, value, step, timestamp: at - HOUR });
  const params = [
    ["max_depth", number * 2 + 1], ["n_estimators", 400], ["learning_rate", 0.05], ["subsample", 0.8], ["colsample_bytree", 0.7], ["min_child_weight", 4], ["gamma", 0],
    ["objective", "binary:logistic"], ["eval_metric", "['logloss', 'auc']"], ["seed", 20261120], ["early_stopping_rounds", 25], ["tree_method", "hist"],
    ["features", "tenure_months, monthly_spend, open_tickets, plan, last_login_days, region, seats, invoices_overdue"],
  ];
  return {
    run: {
      run_id: runId, name: `train-0${number}`, experiment_id: "7", experiment_name: "churn/weekly", status: number === 4 ? "FAILED" : "FINISHED", lifecycle_stage: number === 1 ? "deleted" : "active",
      started_at: at - 2 * HOUR, ended_at: at - HOUR, params: params.map(([key, value]) => param(key, value)),
      metrics: [metric("auc", 0.9512345678901234, 199), metric("calibration_error", 0.00001234567), metric("f1", 0.9199999999999999, 199), metric("loss", 0.4329, 199), metric("lift_at_1_percent", null, 12), metric("rows_seen", 12_480_000, 199)],
    },
    logged_model_id: `m-${runId}`,
    datasets: [{ name: "accounts-2026-q3", digest: "8f2c11d0", context: "training" }, { name: "accounts-2026-q4", digest: "b01a77e4", context: "eval" }],
  };
}
