#!/usr/bin/env python3
"""Many stacks of four containers on one engine: deployed one after the other and all at once, booted, asked about,
and what a death costs while all of them are kept.

    fifty.py [--build DIR] [--variant host|trixie|sid] [--stacks N] [--kills N]

Figures, never a verdict: on a machine that does something else they say little.
"""

import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import beginning  # noqa: E402
from engine import request  # noqa: E402
from world import World  # noqa: E402

SERVICES = ("one", "two", "three", "four")
# They do nothing: two hundred that woke ten times a second would keep two processors busy by themselves.
IDLE = """
    image: ${BUSYBOX_IMAGE}
    command: [sh, -c, "trap 'exit 0' TERM; sleep 1000000 & wait"]
    restart: always
"""
STACK = "services:\n" + "".join(f"  {name}:{IDLE}" for name in SERVICES)


class Load:
    """How much there was to do for the processors, several times a second: the machine's own, others included."""

    def __init__(self):
        self.most = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self):
        while not self._ended.wait(0.1):
            runnable = int(pathlib.Path("/proc/loadavg").read_text().split()[3].split("/")[0])
            self.most = max(self.most, runnable)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()


class Fifty(beginning.Bench):
    def __init__(self, chosen, home: pathlib.Path):
        super().__init__(chosen, home)
        self.names = [f"stack{number:02}" for number in range(chosen.stacks)]

    def say(self, what: str, figures: str):
        print(f"{what}: {figures}", flush=True)

    def control(self, name: str, *arguments: str) -> subprocess.Popen:
        folder = self.home / "stacks" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "compose.yaml").write_text(f"name: {name}\n{STACK}")
        environment = {key: value for key, value in self.world.environment.items() if key != "COMPOSE_PROJECT_NAME"}
        return subprocess.Popen([self.world.build / "src/stackctl", "--socket", self.world.socket, *arguments],
                                cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True)

    def forget_all(self):
        for name in self.names:
            for words in (("down",), ("forget",)):
                self.control(name, *words).wait()

    def deploy_one_by_one(self):
        begin = time.monotonic()
        with Load() as load:
            for name in self.names:
                self.control(name, "deploy", "-d").wait()
                while not self.is_up(json.loads(request(self.world.socket, "GET", f"/v1/stacks/{name}"))):
                    time.sleep(0.1)
        self.say("one after the other", f"{time.monotonic() - begin:.1f} s, at most {load.most} runnable")

    def deploy_at_once(self):
        begin = time.monotonic()
        with Load() as load:
            running = {name: self.control(name, "deploy", "-d") for name in self.names}
            for process in running.values():
                process.wait()
            accepted = time.monotonic() - begin
            first = last = None
            while last is None:
                up = [self.is_up(status) for status in self.statuses()]
                if first is None and any(up):
                    first = time.monotonic() - begin
                if len(up) == len(self.names) and all(up):
                    last = time.monotonic() - begin
                time.sleep(0.2)
        self.say("all at once", f"{last:.1f} s; accepted after {accepted:.1f} s, the first up after {first:.1f} s; "
                                f"at most {load.most} runnable; {self.failures()} calls failed")

    def boot(self):
        self.world.stop_stackd()
        self.engine.control("stop")
        self.engine.control("resume", "--no-live-restore")
        before = self.failures()
        begin = time.monotonic()
        with Load() as load:
            self.world.start_stackd()
            while not all(self.is_up(status) for status in self.statuses()):
                time.sleep(0.2)
        self.say("booted", f"{time.monotonic() - begin:.1f} s, at most {load.most} runnable, "
                           f"{self.failures() - before} calls failed")

    def statuses(self) -> list:
        return json.loads(request(self.world.socket, "GET", "/v1/stacks"))["stacks"]

    def is_up(self, status: dict) -> bool:
        services = status["services"]
        return len(services) == len(SERVICES) and all(service["state"] in ("ready", "running") for service in services)

    def failures(self) -> int:
        """Orders that the engine refused or did not answer, by stackd's log."""
        log = self.world.home.joinpath("stackd.log").read_text(errors="replace")
        return len(re.findall(r"(?m)^.*(?:warning|WARN).*(?:start|create|remove) .*$", log))

    def ask(self):
        for target in (f"/v1/stacks/{self.names[0]}", "/v1/stacks"):
            times = []
            for _ in range(50):
                begin = time.monotonic()
                request(self.world.socket, "GET", target)
                times.append(time.monotonic() - begin)
            self.say(f"GET {target}", f"median {statistics.median(times) * 1000:.1f} ms, worst {max(times) * 1000:.1f} ms")

    def deaths(self):
        """From the engine's `die` to our start request, which its log tells."""
        time.sleep(12)  # what has run for ten seconds is started again at once
        events = beginning.Events(self.engine)
        for number in range(self.chosen.kills):
            name = f"{self.names[number % len(self.names)]}-{SERVICES[number // len(self.names) % len(SERVICES)]}-1"
            os.kill(self.engine.inspect(name)["State"]["Pid"], signal.SIGKILL)
            time.sleep(1.2)
        died = events.take("die")
        events.close()
        asked = beginning.start_requests(pathlib.Path(self.engine.folder, "log"))
        waits = []
        for container, at in died:
            waits += sorted(later - at for id, later in asked if id == container and later > at)[:1]
        self.say(f"die to start request, {len(waits)} kills",
                 f"median {beginning.milliseconds(waits, 0.5)}, p99 {beginning.milliseconds(waits, 0.99)}")

    # Its log tells when each request came, and it has addresses for fifty networks.
    engine_flags = ("--", "--debug", "--default-address-pool", "base=10.201.0.0/16,size=24")

    def measure_all(self):
        self.world = World(self.engine, self.chosen.build.resolve(), self.home / "world", "fifty", self.images)
        self.world.start_stackd()
        self.deploy_one_by_one()
        self.forget_all()
        self.deploy_at_once()
        self.ask()
        self.deaths()
        self.boot()
        self.forget_all()
        self.world.stop_stackd()

    def tell(self):
        print(f"{self.on_what()}, {len(self.names)} stacks of {len(SERVICES)} containers")


def main() -> int:
    parser = beginning.options(__doc__)
    parser.add_argument("--stacks", type=int, default=50)
    parser.add_argument("--kills", type=int, default=40)
    return beginning.run(Fifty, parser.parse_args(), "fifty")


sys.exit(main())
