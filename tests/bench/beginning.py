"""How every bench of whole programs begins: which build and engine, and a folder for the time being."""

import argparse
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

from engine import ROOT  # noqa: E402


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
