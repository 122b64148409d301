"""How every bench of whole programs begins: which build and engine, and a folder for the time being."""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

from engine import CONTROL, ROOT, Engine, moment  # noqa: E402

START = re.compile(r'time="([^"]+)" .*Calling POST /v[\d.]+/containers/([0-9a-f]+)/start"')


def start_requests(log: pathlib.Path) -> list:
    """Pairs of container and moment, out of the log of an engine that was started with --debug."""
    lines = log.read_text(errors="replace").splitlines()
    return [(match[2], moment(match[1])) for match in map(START.search, lines) if match]


def run_compose(compose: str, world, *arguments: str) -> float:
    """Seconds that Docker Compose takes with the world's compose.yaml and, if there is one, override.yaml."""
    files = (name for name in ("compose.yaml", "override.yaml") if (world.folder / name).exists())
    command = [compose, *(word for name in files for word in ("-f", name)), *arguments]
    begin = time.monotonic()
    subprocess.run(command, cwd=world.folder, env={**world.environment, "PATH": os.environ["PATH"]}, check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - begin


class Events:
    """The engine's container events in the background, with their own times."""

    def __init__(self, engine: Engine):
        query = urllib.parse.urlencode({"filters": json.dumps({"type": ["container"], "event": ["die", "start"]})})
        self._process = subprocess.Popen(
            ["curl", "-sN", "--unix-socket", engine.socket, f"http://engine/events?{query}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self._seen = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._process.stdout:
            event = json.loads(line)
            self._seen.append((event["Action"], event["Actor"]["ID"], event["timeNano"] / 1e9))

    def take(self, action: str) -> list:
        found = [(container, at) for kind, container, at in self._seen if kind == action]
        self._seen = [event for event in self._seen if event[0] != action]
        return found

    def close(self):
        self._process.kill()
        self._process.wait()


def percentile(values: list, share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


def print_table(head: tuple, rows: list):
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    for row in [head, *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def milliseconds(values: list, share: float) -> str:
    return f"{percentile(values, share) * 1000:.1f} ms"


class Bench:
    """What was chosen, a folder for the time being, an engine of its own, and the path of Docker Compose, or ""."""

    def __init__(self, chosen, home: pathlib.Path):
        self.chosen = chosen
        self.home = home
        self.engine = Engine(str(home / "engine"), chosen.variant)
        self.compose = subprocess.run([CONTROL, "compose"], capture_output=True, text=True).stdout.strip()
        self.rows = []


    engine_flags = ()

    def run(self):
        """Measures on the engine, which is removed in any case, and tells what came of it."""
        self.engine.start(*self.engine_flags)
        try:
            self.images = self.engine.make_images()
            self.version = self.engine.get("/version")["Version"]
            self.measure_all()
        finally:
            self.engine.control("remove")
        self.tell()

    def measure_all(self):
        raise NotImplementedError

    def tell(self):
        raise NotImplementedError

    def on_what(self) -> str:
        return f"engine {self.version}, {os.cpu_count()} cores"


def options(described: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=described, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build-quickstart")
    parser.add_argument("--variant", default="host")
    return parser


def run(bench, chosen, name: str) -> int:
    """Makes a `bench` of the options and the folder, and runs it."""
    with tempfile.TemporaryDirectory(prefix=f"stackd-{name}-", ignore_cleanup_errors=True) as home:
        bench(chosen, pathlib.Path(home)).run()
    return 0
