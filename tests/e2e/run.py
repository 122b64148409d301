#!/usr/bin/env python3
"""Scenarios on a private engine, with the real programs.

    run.py [--build DIR] [--variant host|trixie|sid] [--list] [SCENARIO...]

A scenario is a folder with a README.md, whose first line says what it must show, and a scenario.py with
run(world). The last line is "N passed, N failed".
"""

import argparse
import importlib.util
import pathlib
import shutil
import sys
import tempfile
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


def run_one(name: str, engine: Engine, build: pathlib.Path, home: pathlib.Path, images: dict):
    """Whether it passed; None when this machine can't show it."""
    begin = time.monotonic()
    world = World(engine, build, home / name, f"e2e-{name}", images)
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
    engine.ensure()
    seconds = time.monotonic() - begin
    if lacking is not None and complaint is None:
        print(f"skip  {name}: {lacking}", flush=True)
        return None
    if complaint is None:
        print(f"ok    {name} ({seconds:.1f} s)", flush=True)
        return True
    print(f"FAIL  {name} ({seconds:.1f} s): {obligation(name)}", flush=True)
    print("      " + complaint.rstrip().replace("\n", "\n      "), flush=True)
    return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build-tests")
    parser.add_argument("--variant", default="host")
    parser.add_argument("--list", action="store_true", help="name the scenarios and what they must show")
    parser.add_argument("scenario", nargs="*")
    chosen = parser.parse_args()
    names = chosen.scenario or scenarios()
    if chosen.list:
        for name in names:
            print(f"{name:22} {obligation(name)}")
        return 0

    home = pathlib.Path(tempfile.mkdtemp(prefix="stackd-e2e-"))
    engine = Engine(str(home / "engine"), chosen.variant)
    passed = failed = 0
    try:
        engine.start()
        images = engine.make_images()
        for name in names:
            outcome = run_one(name, engine, chosen.build.resolve(), home, images)
            passed += outcome is True
            failed += outcome is False
    finally:
        engine.control("remove")
        shutil.rmtree(home, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
