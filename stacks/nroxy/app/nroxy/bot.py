"""Announces new notes. It asks by long polling, as chat bots do, and must therefore never run twice.

Every poll is recorded with the id of the process that made it; the view bot_overlaps proves afterwards that
no two of them ever polled at the same time.
"""

import json
import os
import select
import urllib.error
import urllib.request
import uuid

from nroxy import database, loop
from nroxy.log import log

INSTANCE = uuid.uuid4().hex
POLL_SECONDS = 2
KEEP = "1 day"


class Bot:
    def __init__(self, url: str):
        self._url = url
        self._offset = 0

    def turn(self, connection, stop) -> None:
        with connection.cursor() as cursor:
            cursor.execute("insert into bot_polls (instance) values (%s)", [INSTANCE])
            cursor.execute("delete from bot_polls where polled_at < now() - %s::interval", [KEEP])
        self._announce(connection)
        loop.beat()
        if self._url:
            self._poll_address(stop)
        else:
            self._poll_database(connection)

    def _announce(self, connection) -> None:
        with database.transaction(connection) as cursor:
            cursor.execute("""
                update notes set announced_at = now() where announced_at is null returning id, body""")
            for note_id, body in cursor.fetchall():
                log(f"bot: note {note_id}: {body[:60]!r}")

    def _poll_database(self, connection) -> None:
        with connection.cursor() as cursor:
            cursor.execute("listen notes")
        select.select([connection], [], [], POLL_SECONDS)
        connection.poll()
        connection.notifies.clear()

    def _poll_address(self, stop) -> None:
        """Asks for the updates after the last one seen: GET URL?offset=N&timeout=S, a JSON list of objects
        with an update_id each."""
        try:
            address = f"{self._url}?offset={self._offset}&timeout={POLL_SECONDS}"
            with urllib.request.urlopen(address, timeout=POLL_SECONDS + 3) as answer:
                for update in json.load(answer):
                    self._offset = max(self._offset, int(update["update_id"]) + 1)
                    log(f"bot: update {update['update_id']}")
        except (urllib.error.URLError, OSError, ValueError, KeyError, TypeError) as error:
            log(f"bot: {self._url}: {error}")
            stop.wait(POLL_SECONDS)


def run() -> int:
    log(f"bot: instance {INSTANCE}")
    return loop.run("bot", Bot(os.environ.get("BOT_POLL_URL", "")).turn)
