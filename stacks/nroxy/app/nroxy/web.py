"""The page, on port 3000: reads and stores notes.

    GET  /           the page
    POST /           stores a note (a form's `body`), then leads back to the page
    GET  /api/notes  the last notes as JSON
    POST /api/notes  stores the request's body as a note
    GET  /health     200 while the database answers, else 503

With NROXY_FAULTS=1, for tests only:

    POST /faults/health?status=500   what /health says from now on; status=200 ends it
    GET  /faults/slow?seconds=2      an answer that takes its time

On SIGTERM no new connection is taken, requests that have begun are answered, idle ones are closed.
"""

import html
import http.server
import json
import os
import signal
import socket
import threading
import time
import urllib.parse

from nroxy import database
from nroxy.log import log

BODY_BYTES_MAX = 10_000
IDLE_SECONDS = 75

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>nroxy</title>
<meta name="viewport" content="width=device-width">
<style>body {{ font: 1rem/1.5 system-ui; max-width: 36rem; margin: 2rem auto; padding: 0 1rem }}
li {{ margin: .4rem 0 }} small {{ color: #777 }}</style></head>
<body><h1>{greeting}</h1>
<form method="post" action="/"><input name="body" required maxlength="500" autofocus> <button>Leave it</button></form>
<ul>{notes}</ul></body></html>
"""


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = False

    def __init__(self, address):
        super().__init__(address, Handler)
        self.pool = database.Pool("web")
        self.draining = False
        self.health_status = 200
        self._idle = set()
        self._lock = threading.Lock()

    def begin_idle(self, connection: socket.socket) -> None:
        """Called before a connection waits for its next request."""
        with self._lock:
            self._idle.add(connection)
            if self.draining:
                connection.shutdown(socket.SHUT_RD)

    def end_idle(self, connection: socket.socket) -> None:
        with self._lock:
            self._idle.discard(connection)

    def drain(self) -> None:
        """Answers what has begun, then returns."""
        with self._lock:
            self.draining = True
            for connection in self._idle:
                try:
                    connection.shutdown(socket.SHUT_RD)
                except OSError:
                    pass
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True  # head and body are two writes: the second must not wait for an acknowledgement
    server: Server

    def handle_one_request(self):
        self.server.begin_idle(self.connection)
        try:
            super().handle_one_request()
        finally:
            self.server.end_idle(self.connection)
        if self.server.draining:
            self.close_connection = True

    def parse_request(self):
        # The first line of a request is here: from now on the connection is not idle.
        self.server.end_idle(self.connection)
        return super().parse_request()

    def do_GET(self):
        self._route({"/": self._page, "/api/notes": self._list, "/health": self._health,
                     "/faults/slow": self._fault_slow})

    def do_POST(self):
        self._route({"/": self._submit, "/api/notes": self._create, "/faults/health": self._fault_health})

    def log_message(self, *_):
        pass

    def _route(self, handlers):
        address = urllib.parse.urlsplit(self.path)
        self.arguments = dict(urllib.parse.parse_qsl(address.query))
        handler = handlers.get(address.path)
        if handler is None or (address.path.startswith("/faults/") and os.environ.get("NROXY_FAULTS") != "1"):
            self._answer(404, "no such page\n")
            return
        try:
            handler()
        except database.Error as error:
            log(f"web: {self.command} {address.path}: {str(error).strip().splitlines()[0]}")
            self._answer(503, "the database does not answer\n")

    def _answer(self, status, text, kind="text/plain; charset=utf-8", headers=()):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if self.server.draining:
            self.send_header("Connection", "close")
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _body(self):
        """The request's body, or None after having refused it."""
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > BODY_BYTES_MAX:
            self.close_connection = True
            self._answer(413 if length.isdigit() else 411, f"at most {BODY_BYTES_MAX} bytes\n")
            return None
        return self.rfile.read(int(length)).decode(errors="replace")

    def _notes(self):
        return self.server.pool.query(
            "select id, body, words, announced_at is not null from notes order by id desc limit 50")

    def _store(self, body):
        return self.server.pool.query(
            """with note as (insert into notes (body) values (%s) returning id),
                    job as (insert into jobs (note_id) select id from note)
               select id, pg_notify('notes', id::text) from note""", [body.strip()])[0][0]

    def _page(self):
        greeting = self.server.pool.query("select value from settings where name = 'greeting'")[0][0]
        notes = "".join(
            f"<li>{html.escape(body)} <small>{'' if words is None else f'{words} words'}</small></li>"
            for _, body, words, _ in self._notes())
        self._answer(200, PAGE.format(greeting=html.escape(greeting), notes=notes), "text/html; charset=utf-8")

    def _list(self):
        fields = ("id", "body", "words", "announced")
        self._answer(200, json.dumps([dict(zip(fields, row)) for row in self._notes()]), "application/json")

    def _submit(self):
        form = self._body()
        if form is not None:
            body = dict(urllib.parse.parse_qsl(form)).get("body", "").strip()
            if body:
                self._store(body)
            self._answer(303, "", headers=[("Location", "/")])

    def _create(self):
        body = self._body()
        if body is None:
            return
        if not body.strip():
            self._answer(400, "an empty note\n")
            return
        self._answer(201, json.dumps({"id": self._store(body)}), "application/json")

    def _health(self):
        self.server.pool.query("select 1")
        status = self.server.health_status
        self._answer(status, "ok\n" if status == 200 else "told to be ill\n")

    def _fault_health(self):
        if self._body() is not None:
            self.server.health_status = int(self.arguments["status"])
            self._answer(200, "ok\n")

    def _fault_slow(self):
        time.sleep(min(float(self.arguments["seconds"]), 60))
        self._answer(200, "slept\n")


def run() -> int:
    server = Server(("", 3000))
    accepting = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    accepting.start()
    log("web: listening on port 3000")
    stop.wait()
    server.shutdown()
    accepting.join()
    server.drain()
    log("web: stopped")
    return 0
