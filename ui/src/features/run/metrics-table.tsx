// The last value of each metric, and the step it was logged at: a value without its step is half the truth.
import type { LineageMetric } from "../../api/types";
import { useFilter } from "../../components/filter-field";
import { exactUtc } from "../../components/time";
import { CheckIcon } from "../../components/icons";
import { useCopy } from "../../components/use-copy";
import { exact, rounded } from "./number";

export function MetricsTable({ metrics }: { metrics: LineageMetric[] }) {
  const { shown, field } = useFilter(metrics, (metric) => metric.key, "metrics");
  if (metrics.length === 0) return <p className="text-muted px-4 py-3">The run logged no metrics.</p>;
  return (
    <>
      {field}
      <div className="max-h-96 overflow-auto" role="region" aria-label="Metrics" tabIndex={0}>
        <table className="table table-dense">
          <caption className="sr-only">Last value of each metric</caption>
          <thead>
            <tr>
              <th scope="col">Metric</th>
              <th scope="col" className="text-right">
                Last value
              </th>
              <th scope="col" className="text-right">
                Step
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((metric) => (
              <tr key={metric.key} data-testid="metric">
                <th scope="row" className="font-normal [overflow-wrap:anywhere]">
                  <bdi>{metric.key}</bdi>
                </th>
                <td className="text-right">
                  <Value value={metric.value} />
                </td>
                <td className="text-muted text-right" title={`logged ${exactUtc(metric.timestamp)}`}>
                  {metric.step}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length === 0 && <p className="text-muted px-4 py-3">No metric has that in its name.</p>}
    </>
  );
}

/** Shown rounded; hovering shows every digit, pressing copies them. */
function Value({ value }: { value: number | null | undefined }) {
  const whole = exact(value);
  const { copied, copy } = useCopy(whole);
  const shown = rounded(value);
  if (!copy) return <span title={whole}>{shown}</span>;
  return (
    <button type="button" className="value-button" title={`${whole}, press to copy`} onClick={copy}>
      {copied && <CheckIcon />}
      {shown}
      <span className="sr-only" aria-live="polite">
        {copied ? " copied" : ` copy ${whole}`}
      </span>
    </button>
  );
}
