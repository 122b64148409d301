#!/usr/bin/env python3
"""kill -9 of stackd at random moments of real deploys, good ones and broken ones.

    kills.py [--build DIR] [--variant host|trixie|sid] [--count N] [--seed N]

After each one a new stackd has to bring the deploy to its end: the good release is live, of the broken one
nothing is left. A rollback among them runs no migration. The scenario killed-in-deploys is the same with a few kills.
"""

import argparse
import collections
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

from engine import ROOT, Engine
from release import ROLLING, noted, require_tidy
from world import World, require

SERVICES = ("db", "migrate", "web", "bot", "proxy")
RUNNING = ("db", "web", "bot", "proxy")

# What a release does, and how its deploy may end.
KINDS = {
    "good": ({}, ("live",)),
    "migration fails": ({"MIGRATE": "false"}, ("failed",)),
    "web dies": ({"WEB": "touch /tmp/ready; sleep 1; exit 7"}, ("reverted",)),
    "web is never ready": ({"WEB": "sleep 0.1", "DEADLINE": "4s"}, ("reverted",)),
    "rollback": ({}, ("live",)),
}
# More of those that take all of the way.
CHOICES = ["good"] * 5 + ["migration fails"] * 2 + ["web dies"] * 3 + ["web is never ready"] + ["rollback"] * 2
FINAL = ("live", "failed", "reverted", "cancelled", "superseded")


class Kills:
    def __init__(self, world, seed: int):
        self.world = world
        self.random = random.Random(seed)
        self.lives = ["0"]  # the releases that went live, by what makes them different
        self.figures = collections.Counter()
        self.hit = collections.Counter()
        self.slowest = 0.0

    def resources(self) -> list:
        world = self.world
        return sorted([network["Id"] for network in world.engine.of_project("networks", world.project)] +
                      [volume["Name"] for volume in world.engine.of_project("volumes", world.project)])

    def round_of(self, service: str) -> str:
        environment = self.world.container(service)["Config"]["Env"]
        return next(text[6:] for text in environment if text.startswith("ROUND="))

    def deploy(self, number: int):
        """One deploy, stackd killed once or more in it."""
        world = self.world
        kind = self.random.choice(CHOICES if len(self.lives) > 1 else ["good"])
        changes, endings = KINDS[kind]
        name = str(number)
        before = {deploy["id"] for deploy in world.deploys()}
        moments = [self.random.uniform(0, 4) for _ in range(self.random.choice((1, 1, 1, 2, 3)))]
        client = subprocess.Popen(
            [world.build / "src/stackctl", "--socket", world.socket, "-f", "compose.yaml",
             "rollback" if kind == "rollback" else "deploy", "-d"],
            cwd=world.folder, env={**world.environment, **changes, "ROUND": name},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for moment in moments:
            time.sleep(moment)  # a moment is what this is about, not a state
            said = [deploy["state"] for deploy in world.deploys() if deploy["id"] not in before]
            self.hit[said[0] if said else "before it was accepted"] += 1
            world.kill_stackd()
            self.figures["kills"] += 1
            world.start_stackd()
        client.wait(60)
        begin = time.monotonic()
        story = f"deploy {name} ({kind}, killed after {', '.join(f'{moment:.2f}' for moment in moments)} s)"
        new = [deploy for deploy in world.deploys() if deploy["id"] not in before]
        if not new:
            self.figures["not accepted"] += 1
        else:
            self.await_end(story, endings)
            self.figures[kind] += 1
            if "live" in endings:
                self.lives.append(name if kind == "good" else self.lives[-2])
        self.slowest = max(self.slowest, time.monotonic() - begin)
        self.check(story, name)

    def await_end(self, story: str, endings):
        world = self.world
        world.until(lambda: world.deploys()[0]["state"] in FINAL, 60, f"{story} does not end")
        last = world.deploys()[0]
        require(last["state"] in endings, f"{story} is {last['state']}: {last['cause']}")

    def check(self, story: str, name: str):
        world = self.world

        def at_rest():
            require_tidy(world, SERVICES)
            require(world.all_ready(), "not all is ready")
            return all(world.is_running(service) for service in RUNNING)

        world.until(at_rest, 20, f"{story}: it does not come to rest")
        for service in ("web", "bot"):
            require(self.round_of(service) == self.lives[-1],
                    f"{story}: {service} is of deploy {self.round_of(service)}, live is {self.lives[-1]}")
        require(self.resources() == self.first, f"{story}: networks or volumes are not as before")
        runs = collections.Counter(noted(world, "runs"))
        require(max(runs.values()) == 1, f"{story}: a migration ran twice: {runs.most_common(2)}")
        require(self.lives[-1] != name or runs[f"{name} ends"] == 1, f"{story}: it is live without its migration")
        require("twice" not in noted(world, "overlaps"), f"{story}: two bots ran at once")

    def run(self, count: int):
        world = self.world
        world.use_stack(ROLLING)
        world.up()
        self.first = self.resources()
        number = 0
        while self.figures["kills"] < count:
            number += 1
            self.deploy(number)
        kinds = ", ".join(f"{self.figures[kind]} × {kind}" for kind in [*KINDS, "not accepted"])
        hits = ", ".join(f"{count} × {state}" for state, count in self.hit.most_common())
        world.say(f"{self.figures['kills']} kills in {number} deploys ({kinds})\nkilled when: {hits}\n"
              f"the longest way from the last kill to rest: {self.slowest:.1f} s")


def run(world, count: int, seed: int):
    Kills(world, seed).run(count)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build-tests")
    parser.add_argument("--variant", default="host")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    home = pathlib.Path(tempfile.mkdtemp(prefix="stackd-kills-"))
    engine = Engine(str(home / "engine"), chosen.variant)
    try:
        engine.start()
        world = World(engine, chosen.build.resolve(), home / "kills", "kills", engine.make_images())
        try:
            run(world, chosen.count, chosen.seed)
            print("\n".join(world.said))
        except Exception:
            print(world.explain(), file=sys.stderr)
            raise
        finally:
            world.close()
    finally:
        engine.control("remove")
        shutil.rmtree(home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
