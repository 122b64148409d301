#!/usr/bin/env python3
"""How long it takes to replace one changed service of the nroxy stack, by stackd and by Docker Compose, and to
put a release back, in one run.

    replace.py [--build DIR] [--variant host|trixie|sid] [--count N]

Nobody asks the page meanwhile. "ready" is until the last new container was ready, "live" until the command
returned; stackd watches a replacement for five seconds before it calls a release live, Compose calls nothing so.
The application's own start is what the slowest new container took from its start to ready.
"""

import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import beginning  # noqa: E402
from engine import moment  # noqa: E402
from world import World, require  # noqa: E402

ONE = 'services: {web: {environment: {ROUND: "${ROUND:-0}"}}}\n'
ALL = """
services:
  web: {environment: &round {ROUND: "${ROUND:-0}"}}
  worker: {environment: *round}
  bot: {environment: *round}
"""
UNITS = {"ms": 0.001, "s": 1.0}


def seconds(words: str) -> float:
    """"186ms", "1.1s"."""
    number, unit = re.fullmatch(r"([\d.]+)(ms|s)", words).groups()
    return float(number) * UNITS[unit]


def told(said: str) -> tuple:
    """Of what a followed deploy printed: until the last was ready, the longest start of them, until it was live."""
    ready = re.findall(r"^ *([\d.]+)s +\S+ +\S+ is ready after (\S+)$", said, re.M)
    live = re.search(r"^live: .* after (\S+)$", said, re.M)
    require(ready and live, said)
    return max(float(at) for at, _ in ready), max(seconds(took) for _, took in ready), seconds(live[1])


class Replace(beginning.Bench):
    def world(self, name: str, override: str) -> World:
        world = World(self.engine, self.chosen.build.resolve(), self.home / name, f"replace-{name}", self.images)
        world.use_nroxy(override)
        return world

    def report(self, what: str, values: list):
        print(f"{what:44} median {statistics.median(values):.2f} s   worst {max(values):.2f} s", flush=True)

    def deploys(self, name: str, override: str, arguments) -> list:
        world = self.world(name, override)
        try:
            world.up()
            world.order("deploy", environment={"ROUND": "first"})
            return [told(world.order(*arguments, environment={"ROUND": str(number)}))
                    for number in range(self.chosen.count)]
        finally:
            world.close()

    def one_by_stackd(self):
        rows = self.deploys("one", ONE, ["deploy"])
        self.report("stackd, web changed: ready", [row[0] for row in rows])
        self.report("stackd, web changed: the application's own", [row[1] for row in rows])
        self.report("stackd, web changed: live", [row[2] for row in rows])

    def rollbacks(self):
        rows = self.deploys("back", ALL, ["rollback"])
        self.report("stackd, rollback of three: all ready", [row[0] for row in rows])
        self.report("stackd, rollback of three: their own start", [row[1] for row in rows])
        self.report("stackd, rollback of three: above their own", [row[0] - row[1] for row in rows])
        self.report("stackd, rollback of three: live", [row[2] for row in rows])

    def one_by_compose(self):
        world = self.world("theirs", ONE)
        files = [part for name in ("compose.yaml", "quick.yaml", "override.yaml") for part in ("-f", name)]
        up = [self.compose, *files, "up", "-d"]

        def compose(number: str, *more: str):
            subprocess.run([*up, *more], cwd=world.folder, check=True, stdin=subprocess.DEVNULL, capture_output=True,
                           env={**world.environment, "PATH": os.environ["PATH"], "ROUND": number})

        try:
            compose("first", "--wait")
            returned, ready = [], []
            for number in range(self.chosen.count):
                begin = time.time()
                compose(str(number))
                returned.append(time.time() - begin)
                world.until(lambda: world.container("web")["State"]["Health"]["Status"] == "healthy", 60,
                            "web is not healthy")
                checks = world.container("web")["State"]["Health"]["Log"]
                ready.append(next(moment(check["End"]) for check in checks if check["ExitCode"] == 0) - begin)
                compose(str(number), "--wait")  # migrate has ended
            self.report("compose up -d, web changed: returned", returned)
            self.report("compose up -d, web changed: web healthy", ready)
        finally:
            world.close()

    def measure_all(self):
        self.one_by_stackd()
        if self.compose:
            self.one_by_compose()
        self.rollbacks()

    def tell(self):
        print(f"{self.on_what()}, {self.chosen.count} each, health checks every 2 s")


def main() -> int:
    parser = beginning.options(__doc__)
    parser.add_argument("--count", type=int, default=5)
    return beginning.run(Replace, parser.parse_args(), "replace")


sys.exit(main())
