#!/usr/bin/env python3
"""Runs the fuzz targets of a build one after the other, each for a while, and ends with a table.

    run.py BUILD SECONDS [TARGET...] [--work DIR]

BUILD is made with -Dfuzz=true (tests/README.md). Seeds are the kept inputs of corpus/TARGET and, where one lies beside the
checkout or in $STACKD_CORPUS, the files of a corpus of Compose files. Inputs that were found to reach further stay in
DIR/TARGET/inputs and are built upon by the next run; what broke something is in DIR/TARGET/findings. After a
finding a target goes on until its time is over or it has findings_max of them. Ends with 1 when there is one.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CORPUS = pathlib.Path(os.environ.get("STACKD_CORPUS", ROOT.parent / "shared/corpus"))
YAML_TARGETS = ("compose_document", "compose_load", "bind_json", "interpolation")
RECORDED_TARGETS = ("docker_events", "docker_frames", "docker_inspect", "docker_pull")
# What the readers are given in earnest is seldom longer, and short inputs are tried more often.
LENGTH_MAX = {"compose_document": 8192, "compose_load": 4096, "bind_json": 8192, "docker_inspect": 16384}
length_max_default = 2048
findings_max = 5
memory_max_mib = 1024
input_seconds_max = 10


def texts_of_corpus():
    """Name and text of each file that a loader would read."""
    for path in sorted(CORPUS.rglob("*")):
        if path.is_file() and (path.suffix in (".yaml", ".yml", ".env") or path.name.startswith(".env")):
            yield path.name, path.read_bytes()
    vectors = CORPUS / "vectors.jsonl"
    if vectors.exists():
        for line in vectors.read_text().splitlines():
            for name, text in json.loads(line)["files"].items():
                yield name, text.encode()


def make_seeds(target: str, folder: pathlib.Path):
    """The texts of the corpus as seeds, for the targets that read whole files."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, text) in enumerate(texts_of_corpus()):
        is_yaml = name.endswith((".yaml", ".yml"))
        if len(text) <= LENGTH_MAX.get(target, length_max_default) and is_yaml == (target in YAML_TARGETS):
            (folder / f"{number}-{name}").write_bytes(text)


class Target:
    def __init__(self, name: str, build: pathlib.Path, work: pathlib.Path):
        self.name = name
        self.program = build / "tests/fuzz" / f"fuzz_{name}"
        self.inputs, self.seeds, self.findings = (work / name / part for part in ("inputs", "seeds", "findings"))
        for folder in (self.inputs, self.findings):
            folder.mkdir(parents=True, exist_ok=True)
        if name in (*YAML_TARGETS, "dotenv"):
            make_seeds(name, self.seeds)
        self.seconds = 0.0
        self.executions = 0
        self.units = 0

    def found(self) -> list:
        return sorted(path.name for path in self.findings.iterdir() if path.suffix != ".log")

    def run(self, seconds: int):
        begin = time.monotonic()
        before = len(self.found())
        while (left := seconds - (time.monotonic() - begin)) >= 1 and len(self.found()) - before < findings_max:
            if not self.run_once(int(left)):
                break
        self.seconds = time.monotonic() - begin
        self.units = sum(1 for _ in self.inputs.iterdir())

    def run_once(self, seconds: int) -> bool:
        """Whether another run makes sense: this one ended at a finding."""
        before = self.found()
        kept = [HERE / "corpus" / self.name, *([ROOT / "tests/cases/docker"] if self.name in RECORDED_TARGETS else [])]
        log = self.findings / "last.log"
        with log.open("wb") as output:
            subprocess.run(
                [self.program, f"-max_total_time={seconds}", f"-rss_limit_mb={memory_max_mib}", "-print_final_stats=1",
                 f"-timeout={input_seconds_max}", f"-max_len={LENGTH_MAX.get(self.name, length_max_default)}",
                 f"-artifact_prefix={self.findings}/", self.inputs,
                 *(folder for folder in (*kept, self.seeds) if folder.is_dir())],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, check=False)
        text = log.read_text(errors="replace")
        counts = re.findall(r"number_of_executed_units: (\d+)", text) or re.findall(r"^#(\d+)\s", text, re.M)[-1:]
        self.executions += int(counts[-1]) if counts else 0
        new = [name for name in self.found() if name not in before]
        for name in new:
            (self.findings / f"{name}.log").write_text(text[-20000:])
        return bool(new)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("seconds", type=int)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--work", type=pathlib.Path, help="default: BUILD/fuzz")
    chosen = parser.parse_args()
    work = (chosen.work or chosen.build / "fuzz").resolve()
    names = chosen.targets or sorted(path.name.removeprefix("fuzz_") for path in (chosen.build / "tests/fuzz").glob("fuzz_*")
                                     if path.is_file())
    found = 0
    print(f"{'target':20} {'seconds':>7} {'executions':>12} {'inputs':>7}  findings", flush=True)
    for name in names:
        target = Target(name, chosen.build.resolve(), work)
        before = target.found()
        target.run(chosen.seconds)
        new = [finding for finding in target.found() if finding not in before]
        found += len(new)
        print(f"{name:20} {target.seconds:7.0f} {target.executions:12} {target.units:7}  {len(new)}"
              + "".join(f"\n    {target.findings / finding}" for finding in new), flush=True)
    return 1 if found else 0


sys.exit(main())
