"""A fresh database for every server: a SQLite file, or a database of its own in the test cluster."""

import itertools
import os
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from . import settings

_count = itertools.count(1)


def new(engine: str, directory: Path) -> str:
    """The `--backend-store-uri` of an empty database."""
    if engine == "sqlite":
        return f"sqlite:///{directory.resolve()}/registry.db"
    return _create_postgres_database()


def _create_postgres_database() -> str:
    if not settings.POSTGRES:
        raise RuntimeError("GREENROOM_TEST_POSTGRES is not set: run these tests under `scripts/with-postgres`")
    name = f"greenroom_{os.getpid()}_{next(_count)}"
    connection = psycopg2.connect(settings.POSTGRES)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
    finally:
        connection.close()
    return urlunsplit(urlsplit(settings.POSTGRES)._replace(path=f"/{name}"))
