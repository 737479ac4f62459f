"""What a server has open and left behind, as the system sees it."""

import os
from pathlib import Path


def open_files(running) -> list[str]:
    """The files below the server's own folder that it has open, its database aside."""
    found = []
    folder = Path(f"/proc/{running.process.pid}/fd")
    for descriptor in os.listdir(folder):
        try:
            target = os.readlink(folder / descriptor)
        except FileNotFoundError:
            continue
        if target.startswith(f"{kept(running)}/") and os.path.isfile(folder / descriptor):
            found.append(target)
    return sorted(found)


def kept(running) -> Path:
    """Where a server without options keeps its artifacts."""
    return running.directory.resolve() / "greenroom-data" / "artifacts"


def unfinished(running) -> list[str]:
    """What lies where uploads grow, of this server or of one before it."""
    staging = kept(running) / ".greenroom"
    return sorted(str(path.relative_to(staging)) for path in staging.glob("server-*/*"))


def contents(running) -> dict[str, bytes]:
    """Everything that a reader could get, by its path."""
    folder = kept(running)
    paths = [path for path in folder.rglob("*") if path.is_file() and ".greenroom" not in path.parts]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def memory(running) -> float:
    """Its resident memory, in MiB."""
    pages = int(Path(f"/proc/{running.process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024
