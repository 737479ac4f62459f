// Every rule that was looked at, passed or failed in words.
import type { Decision } from "../../api/types";
import { CheckIcon, CrossIcon } from "../../components/icons";

export function DecisionRules({ decision }: { decision: Decision }) {
  const { rules, revision } = decision;
  const passed = rules.filter((rule) => rule.passed).length;
  const source = revision === 0 ? "built-in stages" : `stage definitions, revision ${revision}`;
  return (
    <section aria-label="Rules" className="grid gap-1.5">
      <h3 className="flex items-baseline justify-between gap-2">
        <span className="font-medium">{rules.length === 0 ? "No rule applies to this move" : `Rules: ${passed} of ${rules.length} passed`}</span>
        <span className="text-muted text-xs">{source}</span>
      </h3>
      {rules.length > 0 && (
        <ul className="divide-line divide-y rounded-md border border-line">
          {/* What failed is what the reader came for. */}
          {[...rules].sort((one, other) => Number(one.passed) - Number(other.passed)).map((rule) => (
            <li key={`${rule.rule} ${rule.message}`} className={`grid grid-cols-[4.75rem_1fr_auto] items-start gap-2 px-2.5 py-1.5 ${rule.passed ? "" : "bg-danger-soft"}`}>
              <span className={`inline-flex items-center gap-1 ${rule.passed ? "text-accent" : "text-danger font-semibold"}`}>
                {rule.passed ? <CheckIcon /> : <CrossIcon />}
                {rule.passed ? "passed" : "failed"}
              </span>
              <span className="min-w-0 whitespace-pre-line [overflow-wrap:anywhere]">{rule.message}</span>
              <code className="text-muted pt-px">{rule.rule}</code>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
