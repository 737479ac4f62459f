"""Threads that start together and report together: what each did, and what went wrong."""

import threading
from collections.abc import Callable


class Race:
    """Runs one function per lane at once; `join` gives back everything the lanes noted down."""

    def __init__(self, lanes: int, run: Callable[[int, Callable], None]):
        self._lock = threading.Lock()
        self._start = threading.Barrier(lanes)
        self.noted: list = []
        self.failures: list[BaseException] = []
        self._threads = [threading.Thread(target=self._lane, args=(lane, run), daemon=True) for lane in range(lanes)]
        for thread in self._threads:
            thread.start()

    def _lane(self, lane: int, run: Callable) -> None:
        self._start.wait(30)
        try:
            run(lane, self.note)
        except BaseException as error:  # noqa: BLE001  (the caller judges every kind of failure)
            with self._lock:
                self.failures.append(error)

    def note(self, fact) -> None:
        """Called by a lane once something is acknowledged."""
        with self._lock:
            self.noted.append(fact)

    def count(self) -> int:
        """How much has been noted so far."""
        with self._lock:
            return len(self.noted)

    def running(self) -> bool:
        """Whether any lane is still under way."""
        return any(thread.is_alive() for thread in self._threads)

    def join(self, seconds: float = 120) -> list:
        """Wait for all lanes, bounded; everything that was noted."""
        for thread in self._threads:
            thread.join(seconds)
        assert not self.running(), f"a lane did not come to its end in {seconds} s"
        return self.noted
