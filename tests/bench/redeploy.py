#!/usr/bin/env python3
"""Ten redeploys in a row of the nroxy stack under load, by stackd and by Docker Compose, in one run.

    redeploy.py [--build DIR] [--variant host|trixie|sid] [--interval 1s 30s] [--count N] [--rate N] [--plain]

Keep-alive clients ask the page through Caddy all the while. --plain takes every x-stackd key out of the
file. Counts the failed requests, the longest time without an answer, and whether the bot ever ran twice.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import beginning  # noqa: E402
from world import World  # noqa: E402

OVERRIDE = """
x-check: &check {{interval: {0}, timeout: 5s, retries: 5, start_period: 30s}}
services:
  postgres: {{healthcheck: *check}}
  web:
    healthcheck: *check
    environment: &round {{ROUND: "${{ROUND:-0}}"}}
  worker: {{healthcheck: *check, environment: *round}}
  bot: {{healthcheck: *check, environment: *round}}
"""


def without_extensions(text: str) -> str:
    """Every x-stackd mapping out of the file: the key and what is indented below it."""
    return re.sub(r"(?m)^( *)x-stackd:.*\n(?:\1 +.*\n)*", "", text).replace("  traffic:\n", "  traffic: {}\n")


class Redeploy(beginning.Bench):
    def world(self, name: str, interval: str) -> World:
        world = World(self.engine, self.chosen.build.resolve(), self.home / name, f"redeploy-{name}", self.images)
        world.use_nroxy(OVERRIDE.format(interval))
        if self.chosen.plain:
            world.write("compose.yaml", without_extensions((world.folder / "compose.yaml").read_text()))
        world.use("compose.yaml", "override.yaml")
        return world

    def begin_load(self) -> subprocess.Popen:
        return self.engine.spawn(sys.executable, str(HERE / "load.py"), "localhost", "80", "/", "8", str(self.chosen.rate))

    def end_load(self, load: subprocess.Popen) -> dict:
        load.terminate()
        return json.loads(load.communicate(timeout=60)[0])

    def overlaps(self, world: World) -> int:
        return int(world.query("select count(*) from bot_overlaps"))

    def measure(self, what: str, world: World, deploy):
        load = self.begin_load()
        time.sleep(3)
        times = []
        for number in range(1, self.chosen.count + 1):
            begin = time.monotonic()
            deploy(str(number))
            times.append(time.monotonic() - begin)
            time.sleep(1)
        time.sleep(3)
        result = self.end_load(load)
        why = ", ".join(f"{count} × {reason}" for reason, count in result["why"].items())
        self.rows.append((what, f"{result['requests']}", f"{result['a_second']:.0f}/s", f"{result['failed']}" + (f" ({why})" if why else ""),
                          f"{result['gap'] * 1000:.0f} ms", f"{result['slowest'] * 1000:.0f} ms",
                          f"{sorted(times)[len(times) // 2]:.1f} s", f"{self.overlaps(world)}"))
        print("  ".join(self.rows[-1]), flush=True)

    def ours(self, interval: str):
        world = self.world(f"ours-{interval}", interval)
        try:
            world.up()

            def deploy(number: str):
                done = world.ctl("deploy", environment={"ROUND": number})
                if done.returncode != 0:
                    print(done.stdout + done.stderr, file=sys.stderr)
                    raise SystemExit(f"deploy {number} ended with {done.returncode}")

            self.measure(f"stackd, interval {interval}", world, deploy)
        finally:
            if self.chosen.keep_log:
                shutil.copy(world.home / "stackd.log", self.chosen.keep_log)
            world.close()

    def theirs(self, interval: str):
        world = self.world(f"theirs-{interval}", interval)
        command = [self.compose, "-f", "compose.yaml", "-f", "override.yaml", "up", "-d", "--wait"]

        def deploy(number: str):
            subprocess.run(command, cwd=world.folder, env={**world.environment, "PATH": os.environ["PATH"], "ROUND": number},
                           check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        try:
            deploy("0")
            self.measure(f"compose, interval {interval}", world, deploy)
        finally:
            world.close()

    def measure_all(self):
        for interval in self.chosen.interval:
            self.ours(interval)
            if self.compose and not self.chosen.alone:
                self.theirs(interval)

    def tell(self):
        print(f"\n{self.on_what()}, {self.chosen.count} redeploys each, 8 keep-alive clients\n")
        head = ("", "requests", "rate", "failed", "longest gap", "slowest", "deploy p50", "bot twice")
        beginning.print_table(head, self.rows)


def main() -> int:
    parser = beginning.options(__doc__)
    parser.add_argument("--interval", nargs="+", default=["1s", "30s"])
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--rate", type=float, default=320)
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--alone", action="store_true", help="without Compose beside it")
    parser.add_argument("--keep-log", type=pathlib.Path, metavar="FILE", help="stackd's log goes here")
    return beginning.run(Redeploy, parser.parse_args(), "redeploy")


sys.exit(main())
