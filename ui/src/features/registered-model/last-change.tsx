// Who did what to a model last, and when.
import type { RegisteredModel } from "../../api/types";
import { Ago } from "../../components/time";
import { actorName } from "../event/describe";
import { EventSentence } from "../event/event-sentence";

export function LastChange({ model }: { model: RegisteredModel }) {
  const event = model.last_event;
  return (
    <div className="text-muted min-w-0 text-xs leading-5 [overflow-wrap:anywhere]">
      <Ago at={event?.at ?? model.updated_at} className="whitespace-nowrap" />
      {event && (
        <>
          {" "}
          <span className="text-ink">{actorName(event)}</span> <EventSentence event={event} model={model.name} compact />
        </>
      )}
    </div>
  );
}
