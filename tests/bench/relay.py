"""A unix socket in front of the engine's that notes when start requests pass and when they are answered.

It costs both sides some tenths of a millisecond, so what is measured through it is never too good.
"""

import os
import re
import socket
import threading
import time

START = re.compile(rb"POST (?:/v[\d.]+)?/containers/([0-9a-f]+|[\w.-]+)/start[ ?]")


class Relay:
    def __init__(self, path: str, engine: str):
        self.path = path
        self.requests = []  # (container, asked at, answered at), seconds since 1970
        self._engine = engine
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(path)
        self._listener.listen(128)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            server.connect(self._engine)
            asked = []
            threading.Thread(target=self._upwards, args=(client, server, asked), daemon=True).start()
            threading.Thread(target=self._downwards, args=(server, client, asked), daemon=True).start()

    def _upwards(self, client, server, asked):
        while data := self._read(client):
            match = START.match(data)
            if match:
                asked.append((match[1].decode(), time.time()))
            self._write(server, data)
        self._end(server, client)

    def _downwards(self, server, client, asked):
        while data := self._read(server):
            if asked:
                container, at = asked.pop()
                self.requests.append((container, at, time.time()))
            self._write(client, data)
        self._end(client, server)

    @staticmethod
    def _read(end) -> bytes:
        try:
            return end.recv(65536)
        except OSError:
            return b""

    @staticmethod
    def _write(end, data):
        try:
            end.sendall(data)
        except OSError:
            pass

    @staticmethod
    def _end(one, other):
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self._listener.close()
        os.unlink(self.path)
