// The models list: without a click, what is in every active stage of every model.
import { Link } from "@tanstack/react-router";
import type { RegisteredModel, StageDefinition } from "../../api/types";
import { TagList } from "../../components/tag-list";
import { useFlash } from "../../components/use-flash";
import { StageBadge } from "../stage/stage-badge";
import { HoldingCell, holdingOf, VersionLink } from "./stage-holding";
import { LastChange } from "./last-change";

interface Props {
  models: RegisteredModel[];
  /** The active stages, last first: what serves stands next to the name. */
  stages: StageDefinition[];
}

export function ModelsTable({ models, stages }: Props) {
  return (
    <div className="panel overflow-x-auto" tabIndex={stages.length > 4 ? 0 : undefined}>
      <table className="table">
        <caption className="sr-only">Registered models and the versions in their stages</caption>
        <thead>
          <tr>
            <th scope="col">Model</th>
            {stages.map((stage) => (
              <th scope="col" key={stage.name} className="max-md:hidden">
                <StageBadge stage={stage.name} />
              </th>
            ))}
            <th scope="col" className="max-md:hidden">Latest</th>
            <th scope="col" className="max-md:hidden">Last change</th>
            <th scope="col" className="max-lg:hidden">Tags</th>
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <ModelRow key={model.id} model={model} stages={stages} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ModelRow({ model, stages }: { model: RegisteredModel; stages: StageDefinition[] }) {
  const row = useFlash<HTMLTableRowElement>(model.last_event?.cursor);
  return (
    <tr ref={row} data-testid="model-row">
      <th scope="row" className="font-normal">
        <Link to="/models/$name" params={{ name: model.name }} className="link font-semibold [overflow-wrap:anywhere]">
          {model.name}
        </Link>
        {model.latest_version && (
          <span className="text-muted ml-2 text-xs md:hidden">
            latest <VersionLink model={model.name} version={model.latest_version} />
          </span>
        )}
        <div className="mt-1 grid gap-1.5 md:hidden">
          {stages.map((stage) => {
            const holding = holdingOf(model, stage.name);
            return (
              holding && (
                <div key={stage.name} className="flex flex-wrap items-center gap-2">
                  <StageBadge stage={stage.name} />
                  <HoldingCell model={model.name} holding={holding} />
                </div>
              )
            );
          })}
          <LastChange model={model} />
          <TagList tags={model.tags} limit={3} />
        </div>
      </th>
      {stages.map((stage) => (
        <td key={stage.name} className="max-md:hidden">
          <HoldingCell model={model.name} holding={holdingOf(model, stage.name)} />
        </td>
      ))}
      <td className="max-md:hidden">
        {model.latest_version ? <VersionLink model={model.name} version={model.latest_version} /> : <span className="text-muted whitespace-nowrap">no version</span>}
      </td>
      <td className="max-md:hidden">
        <LastChange model={model} />
      </td>
      <td className="max-lg:hidden">
        <TagList tags={model.tags} limit={3} />
      </td>
    </tr>
  );
}
