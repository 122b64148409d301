#!/usr/bin/env python3
"""What stackd costs and gains, beside Docker Compose and the engine's own restart policy, in one run.

    run.py [--build DIR] [--variant host|trixie|sid] [--only PART...] [--kills N] [--idle SECONDS]

Parts: first, restart, idle, socket, config. DIR is a release build (build-quickstart). Ends with a table.
"""

import os
import pathlib
import signal
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import beginning  # noqa: E402
from engine import Engine, moment, request  # noqa: E402
from small import loop  # noqa: E402
from world import World  # noqa: E402

INTERVALS = """
x-check: &check {{interval: {0}, timeout: 5s, retries: 5, start_period: 30s}}
services:
  postgres: {{healthcheck: *check}}
  web: {{healthcheck: *check}}
  worker: {{healthcheck: *check}}
  bot: {{healthcheck: *check}}
"""


# Who waits for whom in the nroxy stack, longest.
CHAIN = ("postgres", "migrate", "web", "caddy")
READY = {"postgres": "database system is ready to accept connections", "web": "web: listening on port"}


def critical_path(engine: Engine, world: World, asked: list) -> float:
    """Of a first start: the engine's start calls along the chain, until the process began, and from there what
    each service took by its own word, or until it had ended; the last one merely has to be started."""
    total = 0.0
    for name in CHAIN:
        container = world.container(name)
        began = moment(container["State"]["StartedAt"])
        total += began - max(at for id, at in asked if id == container["Id"] and at <= began)
        if name in READY:
            said = [at for at, line in engine.timed_logs(container["Id"], began) if READY[name] in line]
            total += said[-1] - began
        elif name != CHAIN[-1]:
            total += moment(container["State"]["FinishedAt"]) - began
    return total


class Bench(beginning.Bench):
    def row(self, what: str, ours: str, other: str = "", aim: str = ""):
        self.rows.append((what, ours, other, aim))
        print(f"{what}: {ours}   {other}", flush=True)

    def world(self, name: str, engine: Engine | None = None) -> World:
        return World(engine or self.engine, self.chosen.build.resolve(), self.home / name, f"bench-{name}", self.images)

    def first(self):
        """From nothing to everything ready."""
        for interval, aim in (("1s", 0.5), ("10s", 0.2), ("30s", 0.08)):
            world = self.world(f"first-{interval}")
            world.use_nroxy(INTERVALS.format(interval))
            world.use("compose.yaml", "override.yaml")
            theirs = beginning.run_compose(self.compose, world, "up", "-d", "--wait")
            beginning.run_compose(self.compose, world, "down", "-v", "-t", "2")
            world.start_stackd()
            begin, since = time.monotonic(), time.time()
            world.order("up")
            ours = time.monotonic() - begin
            assert world.all_ready()
            path = critical_path(self.engine, world, beginning.start_requests(self.home / "engine/log"))
            started = max(world.started(name) for name in CHAIN) - since
            world.close()
            self.row(f"first start, interval {interval}", f"{ours:.1f} s", f"compose {theirs:.1f} s",
                     f"4.5 s, {aim:g} of it: {ours / theirs:.2f}")
            self.row("… until its last container was started", f"{started:.2f} s", f"critical path {path:.2f} s",
                     f"1.15: {started / path:.2f}")

    def restart(self):
        """From the engine's `die` to our start request, which its log tells, and to running again."""
        world = self.world("restart")
        names = [f"s{number:02}" for number in range(10)]  # each runs well before it is its turn again
        world.use_stack("services:\n" + "".join(f"  {name}:{loop()}    restart: always\n" for name in names))
        world.up()
        events = beginning.Events(self.engine)
        time.sleep(10)
        for number in range(self.chosen.kills):
            world.kill_process(names[number % len(names)])
            time.sleep(1.2)  # a start keeps this machine busy for a third of that
        time.sleep(2)
        deaths, starts = events.take("die"), events.take("start")
        asked = beginning.start_requests(self.home / "engine/log")
        world.close()
        waits, ratios, calls = [], [], []
        for container, died in deaths:
            requests = [at for name, at in asked if name == container and at > died]
            running = [at for name, at in starts if name == container and at > died]
            if requests and running:
                waits.append(min(requests) - died)
                calls.append(min(running) - min(requests))
                ratios.append((min(running) - died) / (min(running) - min(requests)))

        engine_waits = []
        self.make_policy_containers(5)
        time.sleep(10.5)
        for number in range(20):
            container = self.engine.inspect(f"policy-{number % 5}")
            os.kill(container["State"]["Pid"], signal.SIGKILL)
            time.sleep(2.5)
        dies, starts = events.take("die"), events.take("start")
        events.close()
        for container, died in dies:
            later = [at for name, at in starts if name == container and at > died]
            if later:
                engine_waits.append(min(later) - died)
        for number in range(5):
            self.engine.delete(f"/containers/policy-{number}?force=1")

        self.row(f"die to start request, {len(waits)} kills", f"p50 {beginning.milliseconds(waits, 0.5)}, p99 {beginning.milliseconds(waits, 0.99)}",
                 "", "p50 2 ms, p99 20 ms")
        self.row("die to running again", f"p50 {beginning.milliseconds([w + c for w, c in zip(waits, calls)], 0.5)}",
                 f"engine's policy p50 {beginning.milliseconds(engine_waits, 0.5)}", "")
        self.row("… in terms of the engine's start call", f"p50 {beginning.percentile(ratios, 0.5):.2f}, p99 {beginning.percentile(ratios, 0.99):.2f}",
                 f"start call p50 {beginning.milliseconds(calls, 0.5)}", "1.1")

    def make_policy_containers(self, count: int):
        for number in range(count):
            created = self.engine.post(f"/containers/create?name=policy-{number}", {
                "Image": self.images["BUSYBOX_IMAGE"], "Cmd": ["sleep", "10000"],
                "HostConfig": {"RestartPolicy": {"Name": "always"}}})
            self.engine.post(f"/containers/{created['Id']}/start")

    def idle(self):
        """With the whole stack up and nothing to do."""
        world = self.world("idle")
        world.use_nroxy()
        world.use("compose.yaml")
        world.up()
        time.sleep(20)  # the probing of what was just started is over
        pid = world.stackd.pid
        before = process(pid)
        time.sleep(self.chosen.idle)
        after = process(pid)
        minutes = self.chosen.idle / 60
        world.close()
        self.row("idle: memory of its own", f"{after['RssAnon'] / 1024:.1f} MiB", "", "4 MiB")
        self.row("idle: with shared libraries", f"{after['VmRSS'] / 1024:.1f} MiB", "", "18 MiB")
        self.row("idle: wake-ups a minute", f"{(after['switches'] - before['switches']) / minutes:.1f}", "", "under 2")
        self.row("idle: CPU a minute", f"{(after['ticks'] - before['ticks']) * 1000 / os.sysconf('SC_CLK_TCK') / minutes:.0f} ms", "", "none")

    def socket(self):
        """From the start of the process to an answer on its socket, with a stack in the store."""
        world = self.world("socket")
        world.use_nroxy()
        world.use("compose.yaml")
        world.up()
        times = []
        for _ in range(10):
            world.stop_stackd()
            begin = time.monotonic()
            world.stackd = subprocess.Popen(
                [world.build / "src/stackd", "--state", world.home / "state", "--socket", world.socket],
                env=world.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while True:
                try:
                    request(world.socket, "GET", "/v1/version")
                    break
                except OSError:
                    time.sleep(0.001)
            times.append(time.monotonic() - begin)
        world.close()
        self.row("start to socket", f"p50 {beginning.milliseconds(times, 0.5)}, worst {beginning.milliseconds(times, 1)}", "", "100 ms")

    def config(self):
        """The canonical configuration of the stack, as a command."""
        world = self.world("config")
        world.use_nroxy()
        files = ["-f", "compose.yaml"]
        ours = measure([world.build / "src/stackctl", *files, "config"], world)
        theirs = measure([self.compose, *files, "config"], world)
        self.row("config: time", f"{ours[0] * 1000:.1f} ms", f"compose {theirs[0] * 1000:.1f} ms",
                 f"a fifth: {ours[0] / theirs[0]:.2f}")
        self.row("config: memory", f"{ours[1] / 1024:.1f} MiB", f"compose {theirs[1] / 1024:.1f} MiB",
                 f"a tenth: {ours[1] / theirs[1]:.2f}")

    engine_flags = ("--", "--debug")  # its log then tells when each request came

    def measure_all(self):
        for part in self.chosen.only or ("config", "first", "socket", "idle", "restart"):
            getattr(self, part)()

    def tell(self):
        theirs = self.compose and subprocess.run([self.compose, "version", "--short"], capture_output=True, text=True).stdout
        print(f"\n{self.on_what()}, {theirs.strip()}\n")
        beginning.print_table(("", "stackd", "beside it", "aim"), self.rows)


def process(pid: int) -> dict:
    status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return {"RssAnon": int(status["RssAnon"].split()[0]), "VmRSS": int(status["VmRSS"].split()[0]),
            "switches": int(status["voluntary_ctxt_switches"]), "ticks": int(fields[11]) + int(fields[12])}


def measure(command: list, world: World) -> tuple:
    """Median seconds and most kilobytes of 21 runs."""
    times, memory = [], 0
    for _ in range(21):
        begin = time.monotonic()
        subprocess.run(command, cwd=world.folder, env=world.environment, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, check=True)
        times.append(time.monotonic() - begin)
        # By a small parent: what a process is born with, a copy of its parent, counts as its own.
        timed = subprocess.run(["/usr/bin/time", "-f", "%M", *command], cwd=world.folder, env=world.environment,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        memory = max(memory, int(timed.stderr.split()[-1]))
    return statistics.median(times), memory


def main() -> int:
    parser = beginning.options(__doc__)
    parser.add_argument("--only", nargs="*", choices=("first", "restart", "idle", "socket", "config"))
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--idle", type=int, default=60, metavar="SECONDS")
    return beginning.run(Bench, parser.parse_args(), "bench")


sys.exit(main())
