#!/usr/bin/env python3
"""Visitors of a page: they ask for it again and again and count what fails.

    with Visitors(engine, "http://localhost/") as visitors: …
    visitors.requests, visitors.failures

Run as a program, in the engine's network, it is the visitors themselves; a line on its input ends it.
"""

import http.client
import json
import pathlib
import subprocess
import sys
import threading
import time
import urllib.parse

VISITORS = 4
# Seconds between two requests of one visitor. Not many more: a Caddy that reloads opens its port a second time and
# closes the first, with the connections that it has not accepted yet.
PAUSE = 0.05


class Visitors:
    def __init__(self, engine, address: str):
        self._engine = engine
        self._address = address
        self.requests = 0
        self.failures = []

    def __enter__(self):
        self._process = subprocess.Popen(
            self._engine.inside(sys.executable, str(pathlib.Path(__file__).resolve()), self._address),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        said, _ = self._process.communicate("\n", timeout=30)
        report = json.loads(said)
        self.requests, self.failures = report["requests"], report["failures"]


def _visit(address, ended, report, lock):
    where = urllib.parse.urlsplit(address)
    while not ended.is_set():
        why = None
        connection = http.client.HTTPConnection(where.hostname, where.port or 80, timeout=10)
        try:
            connection.request("GET", where.path)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                why = str(answer.status)
        except (OSError, http.client.HTTPException) as error:
            why = repr(error)
        finally:
            connection.close()
        with lock:
            report["requests"] += 1
            if why is not None:
                report["failures"].append(why)
        time.sleep(PAUSE)


def main():
    ended, lock = threading.Event(), threading.Lock()
    report = {"requests": 0, "failures": []}
    threads = [threading.Thread(target=_visit, args=(sys.argv[1], ended, report, lock)) for _ in range(VISITORS)]
    for thread in threads:
        thread.start()
    sys.stdin.readline()
    ended.set()
    for thread in threads:
        thread.join()
    print(json.dumps(report))


if __name__ == "__main__":
    main()
