// What a run was started with.
import type { Tag } from "../../api/types";
import { useFilter } from "../../components/filter-field";

export function ParamsTable({ params }: { params: Tag[] }) {
  const { shown, field } = useFilter(params, (param) => `${param.key} ${param.value}`, "params");
  if (params.length === 0) return <p className="text-muted px-4 py-3">The run logged no params.</p>;
  return (
    <>
      {field}
      <div className="max-h-96 overflow-auto" role="region" aria-label="Params" tabIndex={0}>
        <table className="table table-dense">
          <caption className="sr-only">Params of the run</caption>
          <thead>
            <tr>
              <th scope="col">Param</th>
              <th scope="col">Value</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((param) => (
              <tr key={param.key} data-testid="param">
                <th scope="row" className="w-2/5 font-normal [overflow-wrap:anywhere]">
                  <bdi>{param.key}</bdi>
                </th>
                <td className="[overflow-wrap:anywhere]">
                  <code className="whitespace-pre-wrap">{param.value}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length === 0 && <p className="text-muted px-4 py-3">No param matches.</p>}
    </>
  );
}
