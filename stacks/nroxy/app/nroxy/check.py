"""Health checks that run inside the container."""

import http.client
import sys


def web() -> int:
    connection = http.client.HTTPConnection("127.0.0.1", 3000, timeout=4)
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
        print(answer.status, answer.read(200).decode(errors="replace"))
        return 0 if answer.status == 200 else 1
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
