// The data that a version was made from and measured on.
import type { LineageDataset } from "../../api/types";
import { Copyable } from "../../components/copyable";

export function DatasetsTable({ datasets }: { datasets: LineageDataset[] }) {
  return (
    <div className="max-h-80 overflow-auto" role="region" aria-label="Datasets" tabIndex={0}>
      <table className="table table-dense">
        <caption className="sr-only">Datasets</caption>
        <thead>
          <tr>
            <th scope="col">Dataset</th>
            <th scope="col">Digest</th>
            <th scope="col">Used for</th>
          </tr>
        </thead>
        <tbody>
          {datasets.map(({ name, digest, context }) => (
            <tr key={`${name}\n${digest}\n${context}`} data-testid="dataset">
              <th scope="row" className="font-normal [overflow-wrap:anywhere]">
                <bdi>{name}</bdi>
              </th>
              <td>
                <Copyable text={digest} label={`the digest of ${name}`} />
              </td>
              <td className={context ? "" : "text-muted"}>{context || "not said"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
