#!/usr/bin/env python3
"""What `stackctl config` costs on files of many services, beside `docker compose config` in the same run.

    config.py [--build DIR] [--runs N] [SERVICES...]

DIR is a release build (build-quickstart). Time is the fastest of the runs, memory the most of them. Needs no engine.
Ends with a table; growth is the time of a row against the row above, per service: 1.0 is linear.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONTROL = ROOT / "tests/support/engine.sh"

HEAD = """\
x-logging: &logging {driver: json-file, options: {max-size: 10m, max-file: "3"}}
x-environment: &environment {TZ: "${TZ:-UTC}", LOG_LEVEL: "${LOG_LEVEL:-info}"}
services:
"""
SERVICE = """\
  service-{number}:
    image: registry.example.com/team/service-{number}:${{TAG:-1.{number}}}
    restart: unless-stopped
    command: serve --port 8080 --name "service {number}"
    environment:
      <<: *environment
      DATABASE_URL: postgres://app:${{PASSWORD:-secret}}@service-{base}:5432/app
      NUMBER: {number}
    ports: ["127.0.0.1:{port}:8080"]
    volumes: ["./data/{number}:/data", "cache-{number}:/cache:ro"]
    networks: [front, back]
    depends_on: [{needed}]
    healthcheck: {{test: wget -q -O- localhost:8080/health, interval: 10s, timeout: 3s, retries: 5}}
    deploy: {{resources: {{limits: {{cpus: "0.5", memory: 256M}}}}}}
    logging: *logging
    labels:
      - traefik.enable=true
      - traefik.http.routers.service-{number}.rule=Host(`service-{number}.example.com`)
"""


def write_file(folder: pathlib.Path, services: int):
    folder.mkdir()
    text = [HEAD]
    for number in range(services):
        base = number - number % 10  # each tenth is what the nine after it wait for
        text.append(SERVICE.format(number=number, base=base, port=10000 + number % 50000,
                                   needed="" if number == base else f"service-{base}"))
    text.append("networks: {front: , back: {internal: true}}\nvolumes:\n")
    text.extend(f"  cache-{number}:\n" for number in range(services))
    (folder / "compose.yaml").write_text("".join(text))


def measure(command: list, folder: pathlib.Path, runs: int) -> tuple:
    """Fewest seconds and most MiB."""
    times, memory = [], 0
    for _ in range(runs):
        begin = time.monotonic()
        # By a small parent: what a process is born with, a copy of its parent, counts as its own.
        timed = subprocess.run(["/usr/bin/time", "-f", "%M", *command], cwd=folder, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
        times.append(time.monotonic() - begin)
        memory = max(memory, int(timed.stderr.split()[-1]))
    return min(times), memory / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build-quickstart")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("services", nargs="*", type=int)
    chosen = parser.parse_args()
    stackctl = chosen.build.resolve() / "src/stackctl"
    compose = subprocess.run([CONTROL, "compose"], capture_output=True, text=True, check=False).stdout.strip()
    if not compose:
        print("there is no docker compose to compare with")
    head = ("services", "stackctl", "compose", "share", "stackctl", "compose", "share", "growth")
    print("  ".join(f"{cell:>10}" for cell in head), flush=True)
    before = None
    with tempfile.TemporaryDirectory(prefix="stackd-bench-") as home:
        for services in chosen.services or (50, 500, 5000):
            folder = pathlib.Path(home) / f"s{services}"
            write_file(folder, services)
            ours = measure([stackctl, "config"], folder, chosen.runs)
            theirs = measure([compose, "config"], folder, chosen.runs) if compose else None
            growth = "" if before is None else f"{ours[0] / before[1] / (services / before[0]):.2f}"
            before = (services, ours[0])
            cells = [str(services), f"{ours[0] * 1000:.1f} ms", f"{theirs[0] * 1000:.1f} ms" if theirs else "",
                     f"{ours[0] / theirs[0]:.3f}" if theirs else "", f"{ours[1]:.1f} MiB",
                     f"{theirs[1]:.1f} MiB" if theirs else "", f"{ours[1] / theirs[1]:.2f}" if theirs else "", growth]
            print("  ".join(f"{cell:>10}" for cell in cells), flush=True)
    return 0


sys.exit(main())
