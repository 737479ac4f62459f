// Inputs, outputs or params of a signature: a table of fields, or the text that nothing could be made of.
import { useFilter } from "../../components/filter-field";
import { TextPreview } from "../artifact/text-preview";
import type { Field, Part } from "./mlmodel";

interface Props {
  title: string;
  part: Part | undefined;
  empty: string;
  withDefaults?: boolean;
}

export function SignaturePart({ title, part, empty, withDefaults = false }: Props) {
  return (
    <section aria-label={title} className="panel overflow-hidden">
      <h2 className="border-line border-b px-4 py-2 font-medium">{title}</h2>
      {part === undefined || ("fields" in part && part.fields.length === 0) ? (
        <p className="text-muted px-4 py-3">{empty}</p>
      ) : "fields" in part ? (
        <Fields title={title} fields={part.fields} withDefaults={withDefaults} />
      ) : (
        <TextPreview text={part.text} file={title} />
      )}
    </section>
  );
}

interface FieldsProps {
  title: string;
  fields: Field[];
  withDefaults: boolean;
}

function Fields({ title, fields, withDefaults }: FieldsProps) {
  const { shown, field: filter } = useFilter(fields, (field) => `${field.name} ${field.type}`, title.toLowerCase());
  const some = (key: keyof Field) => fields.some((field) => field[key] !== undefined);
  const [named, required, shaped] = [fields.some((field) => field.name !== ""), some("required"), some("shape")];
  return (
    <>
      {filter}
      <div className="max-h-[32rem] overflow-auto" role="region" aria-label={`Fields of ${title}`} tabIndex={0}>
        <table className="table table-dense">
          <caption className="sr-only">{title}</caption>
          <thead>
            <tr>
              {named && <th scope="col">Name</th>}
              <th scope="col">Type</th>
              {shaped && <th scope="col">Shape</th>}
              {required && <th scope="col">Required</th>}
              {withDefaults && <th scope="col">Default</th>}
            </tr>
          </thead>
          <tbody>
            {shown.map((field, index) => (
              <tr key={`${field.name}/${index}`} data-testid="field">
                {named && (
                  <th scope="row" className="font-normal [overflow-wrap:anywhere]">
                    <bdi>{field.name}</bdi>
                  </th>
                )}
                <td className="[overflow-wrap:anywhere]">
                  <code>{field.type}</code>
                </td>
                {shaped && (
                  <td>
                    <code>{field.shape ?? ""}</code>
                  </td>
                )}
                {required && <td className={field.required === false ? "text-muted" : ""}>{field.required === undefined ? "" : field.required ? "yes" : "optional"}</td>}
                {withDefaults && (
                  <td className="[overflow-wrap:anywhere]">
                    <code>{field.default}</code>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length === 0 && <p className="text-muted px-4 py-3">Nothing matches.</p>}
    </>
  );
}
