// Goes on in a cursor-paged list.
import { Button } from "./button";

interface Pages {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => Promise<unknown>;
}

export function MoreButton({ pages, noun }: { pages: Pages; noun: string }) {
  if (!pages.hasNextPage) return null;
  return (
    <div className="flex justify-center p-2">
      <Button kind="quiet" blocked={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
        {pages.isFetchingNextPage ? "Loading…" : `Show more ${noun}`}
      </Button>
    </div>
  );
}
