"""Connections to Postgres. Where it is, libpq reads from PGHOST, PGUSER, PGPASSWORD and PGDATABASE."""

import contextlib
import queue

import psycopg2

Error = psycopg2.Error
Unreachable = (psycopg2.OperationalError, psycopg2.InterfaceError)


def connect(application: str):
    # The keepalives end what waits for a server that has vanished without a word.
    connection = psycopg2.connect(
        application_name=application,
        connect_timeout=3,
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
        options="-c statement_timeout=10000",
    )
    connection.autocommit = True
    return connection


class Pool:
    """Connections for threads that need one at a time. A broken one is thrown away and the work tried once
    more on a fresh one, so that a restart of the database costs no request but those during it."""

    def __init__(self, application: str, idle_max: int = 8):
        self._application = application
        self._idle = queue.LifoQueue(idle_max)

    def query(self, sql: str, arguments=()) -> list:
        """Runs one statement; returns its rows, none for a statement that has none."""
        while True:
            try:
                connection, fresh = self._idle.get_nowait(), False
            except queue.Empty:
                connection, fresh = connect(self._application), True
            try:
                with connection.cursor() as cursor:
                    cursor.execute(sql, arguments)
                    rows = cursor.fetchall() if cursor.description else []
            except Unreachable:
                connection.close()
                if fresh:
                    raise
                continue
            except Error:
                connection.close()
                raise
            try:
                self._idle.put_nowait(connection)
            except queue.Full:
                connection.close()
            return rows


@contextlib.contextmanager
def transaction(connection):
    """All of the statements inside, or none."""
    connection.autocommit = False
    try:
        with connection, connection.cursor() as cursor:
            yield cursor
    finally:
        if not connection.closed:
            connection.autocommit = True
