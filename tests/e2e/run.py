#!/usr/bin/env python3
"""Scenarios on a private engine, with the real programs.

    run.py [--build DIR] [--variant host|trixie|sid] [--jobs N] [--list] [SCENARIO...]

A scenario is a folder with a README.md, whose first line says what it must show, and a scenario.py with
run(world). The last line is "N passed, N failed".
"""

import argparse
import collections
import importlib.util
import pathlib
import queue
import shutil
import sys
import tempfile
import threading
import time
import traceback

from engine import ROOT, Engine
from world import Failed, Skipped, World

HERE = pathlib.Path(__file__).resolve().parent


def scenarios() -> list:
    return sorted(path.parent.name for path in HERE.glob("*/scenario.py"))


def obligation(name: str) -> str:
    return (HERE / name / "README.md").read_text().splitlines()[0]


def load(name: str):
    spec = importlib.util.spec_from_file_location(f"scenario_{name}", HERE / name / "scenario.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Lane:
    """One after another on an engine of its own; several lanes go on beside each other."""

    # What installs packages where they are missing is done by one lane at a time.
    preparing = threading.Lock()

    def __init__(self, chosen, home: pathlib.Path):
        self.build = chosen.build.resolve()
        self.home = home
        self.engine = Engine(str(home / "engine"), chosen.variant)

    def work(self, waiting: queue.SimpleQueue, report) -> None:
        try:
            with self.preparing:
                self.engine.start()
                images = self.engine.make_images()
            while True:
                number, name = waiting.get_nowait()
                report(name, *self.run_one(name, self.home / f"{number}-{name}", images))
        except queue.Empty:
            pass
        finally:
            self.engine.control("remove")

    def run_one(self, name: str, home: pathlib.Path, images: dict):
        """Whether it passed, None when this machine can't show it; and what to print."""
        begin = time.monotonic()
        world = World(self.engine, self.build, home, f"e2e-{name}", images)
        complaint = lacking = None
        try:
            load(name).run(world)
        except Skipped as skipped:
            lacking = skipped
        except Failed as failed:
            complaint = f"{failed}\n{world.explain()}"
        except Exception:  # a bug in a scenario fails that scenario, not the run
            complaint = f"{traceback.format_exc()}\n{world.explain()}"
        try:
            world.close()
        except Exception as error:
            complaint = complaint or f"at the end: {error}\n{world.explain()}"
        self.engine.ensure()
        shutil.rmtree(home, ignore_errors=True)
        seconds = time.monotonic() - begin
        if complaint is not None:
            return False, [f"FAIL  {name} ({seconds:.1f} s): {obligation(name)}", *world.said, complaint.rstrip()]
        if lacking is not None:
            return None, [f"skip  {name}: {lacking}"]
        return True, [f"ok    {name} ({seconds:.1f} s)", *world.said]


def run(chosen, names: list, home: pathlib.Path) -> dict:
    """How many passed (True), failed (False), were skipped (None)."""
    outcomes = collections.Counter()
    broken = []

    def report(name, outcome, lines):
        outcomes[outcome] += 1
        print("\n".join(lines).replace("\n", "\n      "), flush=True)

    def work(lane):
        try:
            lane.work(waiting, report)
        except Exception as error:
            broken.append(error)
            print(f"FAIL  a lane broke: {traceback.format_exc()}", flush=True)

    waiting = queue.SimpleQueue()
    for entry in enumerate(names, 1):
        waiting.put(entry)
    lanes = [Lane(chosen, home / f"lane{number}") for number in range(min(chosen.jobs, len(names)))]
    threads = [threading.Thread(target=work, args=(lane,), daemon=True) for lane in lanes]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:  # somebody may have ended it in the middle
        for lane in lanes:
            lane.engine.control("remove")
    outcomes[False] += max(len(broken), len(names) - sum(outcomes.values()))
    return outcomes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build-tests")
    parser.add_argument("--variant", default="host")
    parser.add_argument("--jobs", type=int, default=1, help="scenarios at a time, each on an engine of its own")
    parser.add_argument("--list", action="store_true", help="name the scenarios and what they must show")
    parser.add_argument("scenario", nargs="*")
    chosen = parser.parse_args()
    names = chosen.scenario or scenarios()
    if chosen.list:
        for name in names:
            print(f"{name:22} {obligation(name)}")
        return 0
    home = pathlib.Path(tempfile.mkdtemp(prefix="stackd-e2e-"))
    try:
        outcomes = run(chosen, names, home)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print(f"{outcomes[True]} passed, {outcomes[False]} failed")
    return 1 if outcomes[False] else 0


if __name__ == "__main__":
    sys.exit(main())
