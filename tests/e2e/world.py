"""What one scenario has in its hands: a project of its own on the private engine, and a real stackd.

The shape of stackd's status is known here and nowhere else in the scenarios.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

from engine import CONTROL, ROOT, Engine, Refused, moment, request


class Failed(Exception):
    """The scenario's obligation does not hold."""


class Skipped(Exception):
    """What the scenario needs can't be had on this machine."""


def require(condition, what: str):
    if not condition:
        raise Failed(what)


class World:
    def __init__(self, engine: Engine, build: pathlib.Path, folder: pathlib.Path, project: str, images: dict):
        self.engine = engine
        self.project = project
        self.images = images
        self.folder = folder / "project"
        self.folder.mkdir(parents=True)
        self.build = build
        self.home = folder
        self.stackd = None
        self._files = []
        self.said = []
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "DOCKER_HOST": f"unix://{engine.socket}",
            "COMPOSE_PROJECT_NAME": project, **images,
            **{name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")},
        }

    def say(self, line: str):
        """A figure for whoever reads the report, told when the scenario has ended."""
        self.said.append(line)

    # The project's files.

    def write(self, name: str, text: str):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def use(self, *names: str):
        """The stack files from now on."""
        self._files = list(names)

    def use_stack(self, text: str):
        self.write("compose.yaml", text)
        self.use("compose.yaml")

    def use_nroxy(self, override: str = ""):
        """The stack of stacks/nroxy with the stand-in images, and quick health checks over it."""
        shutil.copytree(ROOT / "stacks/nroxy", self.folder, dirs_exist_ok=True)
        self.write(".env", "POSTGRES_PASSWORD=secret\n")
        self.write("quick.yaml", QUICK)
        self.write("override.yaml", override or "services: {}\n")
        self.use("compose.yaml", "quick.yaml", "override.yaml")

    # The programs.

    def start_stackd(self, *guard: str):
        """In the engine's network, as on a server: it sees the pages that visitors see. `guard` is a command
        that stackd is run by, with fewer rights for one."""
        log = open(self.home / "stackd.log", "ab")
        self.stackd = subprocess.Popen(
            self.engine.in_network(*guard, self.build / "src/stackd", "--state", self.home / "state", "--socket",
                                   self.socket),
            cwd=self.home, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        self.until(lambda: request(self.socket, "GET", "/v1/version"), 20, "stackd does not answer")

    def stop_stackd(self):
        self._end_stackd(signal.SIGTERM)

    def kill_stackd(self):
        self._end_stackd(signal.SIGKILL)

    def _end_stackd(self, number: int):
        if self.stackd is None:
            return
        self.stackd.send_signal(number)
        code = self.stackd.wait(30)
        self.stackd = None
        if number == signal.SIGTERM:
            require(code == 0, f"stackd ended with {code} when told to stop")

    @property
    def socket(self) -> str:
        return str(self.home / "stackd.sock")

    def ctl(self, *arguments: str, files=None, environment=None, socket=None, seconds: float = 180, folder=None):
        """Runs stackctl on the stack's files, in the project's folder; returns the finished process."""
        command = [self.build / "src/stackctl", "--socket", socket or self.socket]
        for name in self._files if files is None else files:
            command += ["-f", name]
        return subprocess.run([*command, *arguments], cwd=folder or self.folder, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, env={**self.environment, **(environment or {})},
                              timeout=seconds)

    def order(self, *arguments: str, environment=None):
        """A command that must succeed; returns what it printed."""
        done = self.ctl(*arguments, environment=environment)
        require(done.returncode == 0,
                f"stackctl {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def up(self):
        """Starts stackd and makes the files live."""
        self.start_stackd()
        self.order("up")

    def compose(self, *arguments: str, files=None, variant: str = "") -> str:
        """The real docker compose, on the same files; returns what it printed. A variant is that of one Debian."""
        program = subprocess.run([CONTROL, "compose", *([variant] if variant else [])], capture_output=True,
                                 text=True).stdout.strip()
        if not program:
            raise Skipped("there is no docker compose")
        command = [program]
        for name in self._files if files is None else files:
            command += ["-f", name]
        done = subprocess.run([*command, *arguments], cwd=self.folder, env=self.environment, capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, timeout=180)
        require(done.returncode == 0,
                f"docker compose {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    # What stackd says.

    def stack(self) -> dict:
        return json.loads(request(self.socket, "GET", f"/v1/stacks/{self.project}"))

    def deploys(self) -> list:
        """The newest first."""
        return json.loads(request(self.socket, "GET", f"/v1/stacks/{self.project}/deploys"))["deploys"]

    def service(self, name: str) -> dict:
        for service in self.stack()["services"]:
            if service["name"] == name:
                return service
        raise Failed(f"status knows no service {name}")

    def state(self, name: str) -> str:
        return self.service(name)["state"]

    def is_ready(self, name: str) -> bool:
        return self.state(name) in ("ready", "running", "job_done")

    def all_ready(self) -> bool:
        return all(service["state"] in ("ready", "running", "job_done") for service in self.stack()["services"])

    def until_all_ready(self, seconds: float = 60):
        self.until(self.all_ready, seconds, "not every service became ready")

    # What the engine says.

    def name(self, service: str) -> str:
        return f"{self.project}-{service}-1"

    def container(self, service: str) -> dict:
        return self.engine.inspect(self.name(service))

    def started(self, service: str) -> float:
        return moment(self.container(service)["State"]["StartedAt"])

    def finished(self, service: str) -> float:
        return moment(self.container(service)["State"]["FinishedAt"])

    def containers(self) -> dict:
        """All of the project, stopped ones too: what inspect says, by name."""
        found = self.engine.of_project("containers/json", self.project, all=1)
        inspected = {}
        for summary in found:
            try:
                container = self.engine.inspect(summary["Id"])
            except Refused as refused:
                if refused.status != 404:
                    raise
            else:
                inspected[container["Name"].lstrip("/")] = container
        return inspected

    def ids(self) -> dict:
        return {name: container["Id"] for name, container in self.containers().items()}

    def runs(self) -> dict:
        """Which run of which container: nothing was restarted while this stays the same."""
        return {name: (container["Id"], container["State"]["StartedAt"], container["State"]["FinishedAt"])
                for name, container in self.containers().items()}

    def policy(self, service: str) -> str:
        """The engine's own restart policy."""
        return self.container(service)["HostConfig"]["RestartPolicy"]["Name"] or "no"

    def is_running(self, service: str) -> bool:
        try:
            return self.container(service)["State"]["Running"]
        except Refused as refused:
            if refused.status == 404:
                return False
            raise

    def page_answers(self) -> bool:
        """nroxy's page, through Caddy."""
        asked = self.engine.curl("-S", "-f", "-m", "4", "-o", "/dev/null", "-w", "%{http_code}, %{remote_ip}",
                                 "http://localhost/")
        require(asked.returncode == 0, f"curl ended with {asked.returncode}: {asked.stdout} {asked.stderr.strip()}; "
                                       f"Caddy said last: {''.join(self.logs('caddy').splitlines(True)[-1:])}")
        return True

    def restarted_after(self, service: str, when: float) -> bool:
        return self.is_running(service) and self.started(service) > when

    def kill_process(self, service: str, number: int = signal.SIGKILL):
        """A signal from the host, as the kernel would send it: the engine has no part in it."""
        os.kill(self.container(service)["State"]["Pid"], number)

    def logs(self, service: str) -> str:
        return self.engine.logs(self.name(service))

    def query(self, sql: str) -> str:
        return self.engine.execute(self.name("postgres"), "psql", "-U", "nroxy", "-tAc", sql).strip()

    def until(self, holds, seconds: float, complaint: str):
        """Waits until something holds; what raises does not hold yet."""
        end = time.monotonic() + seconds
        why = ""
        while True:
            try:
                if holds():
                    return
                why = ""
            except (Failed, Refused, OSError, ValueError, LookupError) as error:
                why = f" ({error})"
            if time.monotonic() > end:
                raise Failed(f"{complaint} within {seconds:g} s{why}")
            time.sleep(0.1)

    def stays(self, holds, seconds: float, complaint: str):
        """Watches that something goes on to hold."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            require(holds(), complaint)
            time.sleep(0.2)

    # The end of it.

    def explain(self) -> str:
        """What a person would look at first after a failure."""
        text = ""
        today = time.strftime("%Y-%m-%dT", time.gmtime())
        try:
            for service in self.stack()["services"]:
                if service["state"] in ("ready", "running", "job_done"):
                    continue
                text += f"{service['name']}: {service['state']} {service['why'] or ''}\n"
                text += "".join(f"    {line}\n" for line in self.logs(service["name"]).splitlines()[-5:])
        except (OSError, Refused, ValueError, LookupError) as error:
            text += f"no status: {error}\n"
        log = self.home / "stackd.log"
        if log.exists():
            lines = log.read_text(errors="replace").splitlines(True)[-20:]
            text += "stackd's last lines:\n" + "".join(line.removeprefix(today) for line in lines)
        return text

    def close(self):
        try:
            self._end_stackd(signal.SIGTERM)
        finally:
            self._end_stackd(signal.SIGKILL)
            self.engine.remove_project(self.project)


QUICK = """
x-quick: &quick {interval: 2s, timeout: 2s, retries: 2, start_period: 5s}
services:
  postgres: {healthcheck: *quick}
  web: {healthcheck: *quick}
  worker:
    healthcheck: {<<: *quick, test: ["CMD-SHELL", "test $$(( $$(date +%s) - $$(stat -c %Y /tmp/heartbeat) )) -lt 6"]}
  bot:
    healthcheck: {<<: *quick, test: ["CMD-SHELL", "test $$(( $$(date +%s) - $$(stat -c %Y /tmp/heartbeat) )) -lt 6"]}
"""
