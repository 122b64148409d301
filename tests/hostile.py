#!/usr/bin/env python3
"""Stack files that somebody made to do harm, or that something broke: each is refused, in words that help.

    hostile.py STACKCTL [--memory-max MIB] [--verbose] [NAME...]

For each case `stackctl config` must end with 1, say the words of the case, and take no more memory than MIB. Time is
shown, not judged. Ends with `N passed, N failed`.
"""

import argparse
import os
import pathlib
import sys
import tempfile
import time

MEMORY_MAX_MIB = 256
SECONDS_MAX = 120  # a hanging one is ended; how long the others take depends on the machine
GROWS = "grow beyond 96 MiB"
A_DEVICE = "is a device or a pipe"
LOOP = "Too many levels of symbolic links"


def service(more: str) -> str:
    return f"services:\n  a:\n    image: x\n{more}"


def numbered(count: int, line: str, first: int = 0) -> str:
    return "".join(line.format(i=i, before=i - 1, after=i + 1) for i in range(first, count))


def one_file(text, words: str, more=None):
    return {"compose.yaml": text, **(more or {})}, words, ("config",), None


LAUGHS = "x-0: &x0 [a, a, a, a, a, a, a, a, a]\n" + "".join(
    f"x-{i}: &x{i} [{', '.join([f'*x{i - 1}'] * 9)}]\n" for i in range(1, 12))
DOUBLING = "V0=aaaaaaaaaaaaaaaa\n" + numbered(60, "V{i}=$V{before}$V{before}\n", 1)

CASES = {
    # What stands for more than it says.
    "aliases of aliases": one_file(LAUGHS + service(""), "more than 1000000 values, aliases expanded"),
    "an alias inside of its anchor": one_file("x-a: &a [*a]\n" + service(""), "the anchor refers to itself"),
    "ranges of ports": one_file(
        "services:\n" + numbered(300, "  s{i}: {{image: x, ports: ['1-65535:1-65535']}}\n"), GROWS),
    "a large base extended often": one_file(
        "services:\n  b:\n    image: x\n    environment:\n" + numbered(5000, "      K{i}: v\n")
        + numbered(2000, "  s{i}: {{extends: b}}\n"), GROWS),
    "a long variable put in often": one_file(
        service(f"    command: '{'$X' * 100000}'\n"), "longer than 8 MiB", {".env": f"X={'a' * 100000}\n"}),
    "variables made of variables": one_file(service("    command: $V59\n"), "longer than 8 MiB", {".env": DOUBLING}),
    "the same in an env_file": one_file(service("    env_file: e\n"), "longer than 8 MiB", {"e": DOUBLING}),
    "the same in a label_file": one_file(service("    label_file: e\n"), "longer than 8 MiB", {"e": DOUBLING}),
    "an env_file read by many": one_file(
        "services:\n" + numbered(2000, "  s{i}: {{image: x, env_file: e}}\n"), GROWS, {"e": numbered(2000, "K{i}=value\n")}),
    "many documents": one_file(service("") + "---\n{}\n" * 5000, "more than 1000 documents"),
    # What is nested.
    "10,000 lists, each an item": one_file(service(f"    x-a:\n      {'- ' * 10000}a\n"), "nested more than 200 deep"),
    "10,000 brackets": one_file(service(f"    x-a: {'[' * 10000}{']' * 10000}\n"), "too many brackets are open"),
    "10,000 objects of JSON": one_file('{"services":' * 10000 + "1" + "}" * 10000, "too many brackets are open"),
    "1,000 brackets": one_file(service(f"    x-a: {'[' * 1000}{']' * 1000}\n"), "nested more than 200 deep"),
    "10,000 complex keys": one_file("? " * 10000 + "a\n", "a key must be a string"),
    "10,000 variables in each other": one_file(
        service(f"    command: {'${A:-' * 10000}x{'}' * 10000}\n"), "too many brackets are open"),
    "1,000 variables in each other": one_file(
        service(f"    command: {'${A:-' * 1000}x{'}' * 1000}\n"), "nested more than 100 deep"),
    "the same in .env": one_file(
        service(""), "nested more than 100 deep", {".env": f"V={'${A:-' * 100000}x{'}' * 100000}\n"}),
    "a chain of 10,000 bases": one_file(
        "services:\n" + numbered(10000, "  s{i}: {{extends: s{after}}}\n") + "  s10000: {image: x}\n",
        "extend each other more than 100 deep"),
    "20,000 that wait in a circle": one_file(
        "services:\n  s0: {image: x, depends_on: [s19999]}\n"
        + numbered(20000, "  s{i}: {{image: x, depends_on: [s{before}]}}\n", 1), "wait for each other in a circle"),
    # What is no text, or too much of it.
    "50 MiB": one_file(service(f"# {'x' * (50 << 20)}"), "is larger than 50 MiB"),
    "20 MiB": one_file(service(f"# {'x' * (20 << 20)}"), "is larger than 8 MiB"),
    "a million values": one_file(service(f"    x-a: [{'1,' * 1000000}]\n"), "more than 1000000 values"),
    "no UTF-8": one_file(b"services:\n  a:\n    image: \xff\xfe\n", "compose.yaml:3:1: the line is not valid UTF-8"),
    "a NUL byte": one_file(b"services:\n  a:\n    image: a\0b\n", "compose.yaml:3:1: the file has a NUL byte"),
    "UTF-16": one_file(service("").encode("utf-16"), "NUL byte"),
    "a key twice": one_file(service("    image: y\n"), 'compose.yaml:4:5: the key "image" is defined twice'),
    "nothing": one_file("", "empty"),
    # What leads back to itself.
    "includes itself": one_file("include: [compose.yaml]\n" + service(""), "include each other in a circle"),
    "includes in a circle": one_file(
        "include: [b.yaml]\n" + service(""), "include each other in a circle",
        {"b.yaml": "include: [c/c.yaml]\n", "c/c.yaml": "include: [../b.yaml]\n"}),
    "includes itself by a longer way": one_file(
        "include: [d/b.yaml]\n" + service(""), "include each other in a circle", {"d/b.yaml": "include: [../d/../d/b.yaml]\n"}),
    "includes itself by a link": (
        {"compose.yaml": "include: [l/compose.yaml]\n" + service("")}, LOOP, ("config",), lambda at: (at / "l").symlink_to(".")),
    "includes 3,000 files": one_file(
        "include: [" + numbered(3000, "i{i}.yaml, ") + "]\n", "more than 1000 files",
        {f"i{i}.yaml": f"services: {{s{i}: {{image: x}}}}\n" for i in range(1100)}),
    "extends in a circle": one_file(
        "services:\n  a: {extends: b}\n  b: {extends: c}\n  c: {extends: a}\n", "a extends b extends c extends a"),
    "extends in a circle of files": one_file(
        "services:\n  a: {extends: {file: b.yaml, service: b}}\n", "a extends b extends a",
        {"b.yaml": "services:\n  b: {extends: {file: compose.yaml, service: a}}\n"}),
    "extends itself by a link": (
        {"compose.yaml": "services:\n  a: {extends: {file: l/compose.yaml, service: a}}\n"}, LOOP, ("config",),
        lambda at: (at / "l").symlink_to(".")),
}

# Where a file is asked for, something else.
PLACES = {
    "stack file": (None, ("-f", "X", "config")),
    "--env-file": (service(""), ("--env-file", "X", "config")),
    "env_file": (service("    env_file: X\n"), ("config",)),
    "label_file": (service("    label_file: X\n"), ("config",)),
    "include": ("include: [X]\n" + service(""), ("config",)),
    "env_file of an include": ("include: [{path: i.yaml, env_file: X}]\n" + service(""), ("config",)),
    "extends": ("services:\n  a: {extends: {file: X, service: a}}\n", ("config",)),
}
THINGS = {
    "/dev/zero": (A_DEVICE, lambda at: (at / "X").symlink_to("/dev/zero")),
    "a pipe": (A_DEVICE, lambda at: os.mkfifo(at / "X")),
    "a folder": ("is a folder", lambda at: (at / "X").mkdir()),
    "a link to itself": ("", lambda at: (at / "X").symlink_to("X")),
    "nothing": ("", None),
}
for place, (text, words) in PLACES.items():
    for thing, (said, make) in THINGS.items():
        CASES[f"{thing} as {place}"] = ({"compose.yaml": text or service(""), "i.yaml": "services: {i: {image: x}}"},
                                        said or "X", words, make)


class Run:
    """One program, ended after a while, and what the kernel counted of it."""

    def __init__(self, command: list, folder: pathlib.Path):
        with tempfile.TemporaryFile() as said:
            begin = time.monotonic()
            # By a small parent: what a process is born with, a copy of its parent, counts as its own.
            pid = os.posix_spawn("/bin/sh", ["sh", "-c", 'cd "$1" && shift && ulimit -c 0 && exec timeout -s KILL "$@"', "sh",
                                             str(folder), str(SECONDS_MAX), *map(str, command)],
                                 {"PATH": os.environ["PATH"], "HOME": "/nonexistent"},
                                 file_actions=[(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                                               (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                                               (os.POSIX_SPAWN_DUP2, said.fileno(), 2)])
            _, status, used = os.wait4(pid, 0)
            self.seconds, self.memory_mib = time.monotonic() - begin, used.ru_maxrss / 1024
            self.code = os.waitstatus_to_exitcode(status)
            if self.code in (-9, 137) and self.seconds >= SECONDS_MAX:
                self.code = "no answer"
            said.seek(0)
            self.said = said.read().decode(errors="replace")


def find_fault(run: Run, words: str, memory_max_mib: float) -> str:
    if run.code != 1:
        return f"ended with {run.code} instead of 1: {run.said[:300]}"
    if words not in run.said:
        return f"does not say {words!r}: {run.said[:300]}"
    if run.memory_mib > memory_max_mib:
        return f"took {run.memory_mib:.0f} MiB"
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stackctl", type=pathlib.Path)
    parser.add_argument("--memory-max", type=float, default=MEMORY_MAX_MIB, metavar="MIB")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("names", nargs="*")
    chosen = parser.parse_args()
    failed = passed = 0
    for name, (files, words, arguments, make) in CASES.items():
        if chosen.names and name not in chosen.names:
            continue
        with tempfile.TemporaryDirectory(prefix="stackd-hostile-") as made:
            folder = pathlib.Path(made)
            for path, text in files.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(text if isinstance(text, bytes) else text.encode())
            if make:
                make(folder)
            run = Run([chosen.stackctl.resolve(), *arguments], folder)
        fault = find_fault(run, words, chosen.memory_max)
        failed += bool(fault)
        passed += not fault
        if fault or chosen.verbose:
            print(f"{name}: {run.seconds:.2f} s, {run.memory_mib:.0f} MiB: {fault or run.said.splitlines()[0][:110]}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
