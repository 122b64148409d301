#!/usr/bin/env python3
"""Sixty services in three layers, from nothing to all of them ready, by stackd and by Docker Compose, in one run.

    layers.py [--build DIR] [--variant host|trixie|sid] [--count N] [--width N]

Each service of a layer waits for one of the layer below to be healthy; each takes a third of a second to be so.
"up" is until the last container was ready by its own word (a file that it writes), "returned" until the command
returned: stackd goes on watching for five seconds what has no health check, Compose polls the engine's checks.
"""

import os
import pathlib
import statistics
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import beginning  # noqa: E402
from small import loop  # noqa: E402
from world import World  # noqa: E402

LAYERS = ("low", "mid", "top")
SERVICE = loop("rm -f /tmp/ready; sleep 0.3; touch /tmp/ready;") + """
    healthcheck: {test: [CMD, test, -e, /tmp/ready], interval: 1s, timeout: 5s, retries: 30}
"""


def stack(width: int) -> str:
    text = "services:\n"
    for depth, layer in enumerate(LAYERS):
        for number in range(width):
            text += f"  {layer}{number}:{SERVICE}"
            if depth > 0:
                text += f"    depends_on: {{{LAYERS[depth - 1]}{number}: {{condition: service_healthy}}}}\n"
    return text


class Layers(beginning.Bench):
    def last_ready(self, world: World) -> float:
        """When the last of them wrote its file."""
        running = [container["State"]["Pid"] for container in world.containers().values()]
        assert len(running) == len(LAYERS) * self.chosen.width and all(running)
        return max(os.stat(f"/proc/{pid}/root/tmp/ready").st_mtime for pid in running)

    def measure(self, name: str, up) -> tuple:
        world = World(self.engine, self.chosen.build.resolve(), self.home / name, name, self.images)
        try:
            world.use_stack(stack(self.chosen.width))
            world.start_stackd()
            begin, since = time.monotonic(), time.time()
            up(world)
            return self.last_ready(world) - since, time.monotonic() - begin
        finally:
            world.close()

    def measure_all(self):
        self.ours, self.theirs = [], []
        for number in range(self.chosen.count):
            self.ours.append(self.measure(f"ours{number}", lambda world: world.order("up")))
            self.theirs.append(self.measure(f"theirs{number}", lambda world: beginning.run_compose(
                self.compose, world, "up", "-d", "--build", "--wait")))

    def tell(self):
        for who, rows in (("stackd up", self.ours), ("compose up -d --build --wait", self.theirs)):
            for what, column in (("up", 0), ("returned", 1)):
                values = [row[column] for row in rows]
                print(f"{who + ': ' + what:40} median {statistics.median(values):.1f} s   worst {max(values):.1f} s")
        print(f"{self.on_what()}, {len(LAYERS)} layers of {self.chosen.width}, {self.chosen.count} each")


def main() -> int:
    parser = beginning.options(__doc__)
    parser.add_argument("--count", type=int, default=3)
    parser.add_argument("--width", type=int, default=20)
    return beginning.run(Layers, parser.parse_args(), "layers")


sys.exit(main())
