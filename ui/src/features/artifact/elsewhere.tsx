// Files that this server does not open: where they are, and who can.
import { Copyable } from "../../components/copyable";
import { Blank } from "../../components/page-state";

export function Elsewhere({ location, reason }: { location: string; reason: string }) {
  return (
    <Blank title="The files are not on this server">
      <p className="max-w-prose">
        Only clients open them. They are at <Copyable text={location} label="the location" />
      </p>
      <p className="text-muted max-w-prose [overflow-wrap:anywhere]">{reason}</p>
    </Blank>
  );
}
