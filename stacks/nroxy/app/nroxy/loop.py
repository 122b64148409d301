"""What worker and bot have in common: turns until somebody says stop, and a heartbeat at each.

The heartbeat says that the loop turns, not that the database answers: being without a database for a while
is no reason to be restarted.
"""

import pathlib
import signal
import threading

from nroxy import database
from nroxy.log import log

HEARTBEAT = pathlib.Path("/tmp/heartbeat")


def beat() -> None:
    """For a turn to call when its work is done, before it waits for more."""
    HEARTBEAT.touch()


def run(name: str, turn) -> int:
    """Calls turn(connection, stop) until SIGTERM or SIGINT; stop is an Event that ends its waiting."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    connection = None
    log(f"{name}: started")
    while not stop.is_set():
        try:
            if connection is None:
                connection = database.connect(name)
            turn(connection, stop)
        except database.Unreachable as error:
            log(f"{name}: no database: {str(error).strip().splitlines()[0]}")
            if connection is not None:
                connection.close()
                connection = None
            stop.wait(1)
        beat()
    log(f"{name}: stopped")
    return 0
