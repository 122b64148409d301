#!/usr/bin/env python3
"""Holds what `stackctl config` prints, byte by byte, against what `docker compose config` prints.

    compare_config.py STACKCTL COMPOSE [--form WORDS]... [--show] FOLDER|VECTORS...

A FOLDER holds cases.json, as the corpus of Compose files has it, or one case in each folder below it that has a Compose
file. VECTORS are files with one case a line. A case agrees in a form when both print the same or both refuse;
--show prints the difference. Ends with `N passed, N failed`; a line names each difference.
"""

import argparse
import collections
import concurrent.futures
import difflib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

FORMS = ("config", "config --format json", "config --hash *", "config --services", "config --volumes", "config --images",
         "config --profiles", "config --networks", "config --environment", "config --variables", "config --no-interpolate",
         "config --no-interpolate --format json", "config --no-normalize", "config --no-path-resolution",
         "config --no-consistency", "config --no-env-resolution", "config --quiet", "--all-resources config")
# As sets: Compose takes these out of a Go map as they come.
UNORDERED = ("--hash", "--services", "--volumes", "--images", "--profiles", "--networks", "--environment",
             "--variables")
ENDINGS = ("accepted, Compose refuses", "refused, Compose accepts")
ATTEMPTS = 6
FILE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")

Case = collections.namedtuple("Case", "name folder flags environment files")


def cases_of(place: pathlib.Path):
    if place.suffix == ".jsonl":
        for number, line in enumerate(place.read_text().splitlines(), 1):
            row = json.loads(line)
            yield Case(f"{place.name}:{number}", row["dirname"], row["args"], {"HOME": "/home/u", **row["env"]}, row["files"])
    elif (place / "cases.json").exists():
        for line in (place / "cases.json").read_text().splitlines():
            for row in [json.loads(line)] if line.startswith("{") else []:
                flags = [word for name in row["files"] for word in ("-f", name)] + row["args"]
                yield Case(f"{place.name}/{row['dir']} {' '.join(row['files'])}", place / row["dir"], flags, {"HOME": "/root"}, None)
    else:
        for folder in sorted(path for path in place.iterdir() if path.is_dir()):
            if any((folder / name).exists() for name in FILE_NAMES):
                yield Case(f"{place.name}/{folder.name}", folder, [], {"HOME": "/root"}, None)


def run(program: list, case: Case, form: str, folder: pathlib.Path):
    words = form.split()
    split = words.index("config")
    try:
        done = subprocess.run([*program, *case.flags, *words[:split], "config", *words[split + 1:]], cwd=folder,
                              env={"PATH": os.environ["PATH"], **case.environment}, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return -1, "no answer within a minute", ""
    text = done.stdout.decode(errors="replace")
    if words[-1] == "--variables":
        # Of a variable with several defaults Compose shows any.
        text = "\n".join(line.split()[0] for line in text.splitlines())
    if any(word in UNORDERED for word in words):
        text = "\n".join(sorted(text.splitlines()))
    return done.returncode, text, done.stderr.decode(errors="replace")


def difference(ours, theirs) -> str:
    if (ours[0] == 0) != (theirs[0] == 0):
        ours_ended, who = (ours[0] == 0), (theirs if ours[0] == 0 else ours)
        reason = (who[2].strip().splitlines() or [""])[-1][:200]
        return f"{ENDINGS[0] if ours_ended else ENDINGS[1]}: {reason}"
    if ours[0] != 0 or ours[1] == theirs[1]:
        return ""
    return "\n".join(list(difflib.unified_diff(theirs[1].splitlines(), ours[1].splitlines(), "compose", "stackctl",
                                               lineterm="", n=1))[2:14]) or "the last newline"


def compare_form(case: Case, form: str, folder: pathlib.Path, chosen) -> str:
    ours = run([chosen.stackctl], case, form, folder)
    # What Compose prints may depend on the order of a Go map: then it is asked again.
    for _ in range(ATTEMPTS):
        found = difference(ours, run([chosen.compose], case, form, folder))
        if not found or found.startswith(ENDINGS):
            break
    return found


def compare(case: Case, chosen) -> list:
    with tempfile.TemporaryDirectory(prefix="stackd-config-") as made:
        folder = case.folder
        if case.files is not None:
            folder = pathlib.Path(made) / case.folder
            for name, text in case.files.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(text)
            folder.mkdir(parents=True, exist_ok=True)
        return [(case, form, compare_form(case, form, folder, chosen)) for form in chosen.form or FORMS]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stackctl", type=lambda path: str(pathlib.Path(path).resolve()))
    parser.add_argument("compose", type=lambda path: str(pathlib.Path(path).resolve()))
    parser.add_argument("--form", action="append")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("places", nargs="+", type=pathlib.Path)
    chosen = parser.parse_args()
    passed = collections.Counter()
    failed = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        cases = [case for place in chosen.places for case in cases_of(place.resolve())]
        for results in pool.map(lambda case: compare(case, chosen), cases):
            for case, form, found in results:
                (failed if found else passed)[form] += 1
                if found:
                    print(f"{case.name}: {form}: {found if chosen.show else found.splitlines()[0]}", flush=True)
    for form in chosen.form or FORMS:
        print(f"{form}: {passed[form]} of {passed[form] + failed[form]} agree")
    print(f"{passed.total()} passed, {failed.total()} failed")
    return 1 if failed else 0


sys.exit(main())
