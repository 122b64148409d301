#!/usr/bin/env python3
"""Keep-alive clients that ask one address at a steady pace until they are told to stop (SIGTERM), then one
line of JSON: how many requests, which failed, and the longest time without an answer.

    load.py HOST PORT PATH CLIENTS REQUESTS_A_SECOND
"""

import collections
import http.client
import json
import signal
import sys
import threading
import time


class Load:
    def __init__(self, host: str, port: int, path: str):
        self.host, self.port, self.path = host, port, path
        self.answers = []  # moments of good ones
        self.failures = []  # moment and reason
        self.slowest = 0.0
        self.ended = threading.Event()
        self._lock = threading.Lock()

    def client(self, pause: float, first: float):
        connection = None
        due = time.monotonic() + first
        while not self.ended.is_set():
            time.sleep(max(0.0, due - time.monotonic()))
            due += pause
            begin = time.monotonic()
            try:
                if connection is None:
                    connection = http.client.HTTPConnection(self.host, self.port, timeout=10)
                connection.request("GET", self.path)
                answer = connection.getresponse()
                answer.read()
                self.note(begin, "" if answer.status == 200 else str(answer.status))
                if answer.will_close:
                    connection.close()
                    connection = None
            except (OSError, http.client.HTTPException) as error:
                self.note(begin, type(error).__name__)
                connection = None

    def note(self, begin: float, failure: str):
        now = time.monotonic()
        with self._lock:
            self.slowest = max(self.slowest, now - begin)
            if failure:
                self.failures.append((now, failure))
            else:
                self.answers.append(now)

    def result(self) -> dict:
        answers = sorted(self.answers)
        gaps = [after - before for before, after in zip(answers, answers[1:])]
        seconds = answers[-1] - answers[0] if len(answers) > 1 else 0.0
        return {"requests": len(answers) + len(self.failures), "failed": len(self.failures),
                "why": dict(collections.Counter(why for _, why in self.failures)), "seconds": seconds,
                "a_second": len(answers) / seconds if seconds else 0.0, "gap": max(gaps, default=seconds),
                "slowest": self.slowest}


def main() -> int:
    host, port, path, clients, rate = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), float(sys.argv[5])
    load = Load(host, port, path)
    signal.signal(signal.SIGTERM, lambda *_: load.ended.set())
    pause = clients / rate
    threads = [threading.Thread(target=load.client, args=(pause, pause * number / clients)) for number in range(clients)]
    for thread in threads:
        thread.start()
    load.ended.wait()
    for thread in threads:
        thread.join()
    print(json.dumps(load.result()))
    return 0


sys.exit(main())
