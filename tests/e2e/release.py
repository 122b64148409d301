"""A release that is live, another one after it, and what must hold once that one was given up."""

import json
import re
import signal
import sys

from engine import ROOT
from small import loop
from world import require

SERVICES = ("postgres", "web", "worker", "bot", "caddy")  # of nroxy, but for the job

# Quick to replace: web starts beside its predecessor because proxy waits for it, the bot never does.
# In the environment of stackctl: ROUND makes another release, MIGRATE and WEB say what goes wrong in it.
ROLLING = f"""
x-stackd: {{deadline: "${{DEADLINE:-30s}}"}}
services:
  db:{loop("rm -f /tmp/ready; sleep 0.3; touch /tmp/ready;")}
    healthcheck: {{test: [CMD, test, -e, /tmp/ready], interval: 30s, start_period: 10s}}
  migrate:
    image: ${{BUSYBOX_IMAGE}}
    environment: {{ROUND: "${{ROUND:-0}}"}}
    command: [sh, -c, "echo $$ROUND begins >>/data/runs; ${{MIGRATE:-sleep 0.3}} || exit 4; echo $$ROUND ends >>/data/runs"]
    volumes: [data:/data]
    depends_on: {{db: {{condition: service_healthy}}}}
  web:{loop("rm -f /tmp/ready; sleep 0.3; ${WEB:-touch /tmp/ready};")}
    environment: {{ROUND: "${{ROUND:-0}}"}}
    healthcheck: {{test: [CMD, test, -e, /tmp/ready], interval: 30s, start_period: 10s}}
    depends_on: &ready {{db: {{condition: service_healthy}}, migrate: {{condition: service_completed_successfully}}}}
    deploy: {{update_config: {{monitor: 2s}}}}
    restart: unless-stopped
  bot:
    image: ${{BUSYBOX_IMAGE}}
    environment: {{ROUND: "${{ROUND:-0}}"}}
    command: [sh, -c, "mkdir /data/lock || echo twice >>/data/overlaps; trap 'rmdir /data/lock; exit 0' TERM; while :; do sleep 0.1; done"]
    volumes: [data:/data]
    depends_on: *ready
    deploy: {{update_config: {{monitor: 1s}}}}
    restart: unless-stopped
    x-stackd: {{singleton: true}}
  proxy:{loop()}
    depends_on: {{web: {{condition: service_healthy}}}}
    restart: unless-stopped
volumes:
  data:
"""


def noted(world, name: str) -> list:
    """The lines of a file in the volume that ROLLING's job and bot write to."""
    bot = next(container["Id"] for container in world.engine.of_project("containers/json", world.project)
               if container["Labels"]["com.docker.compose.service"] == "bot")
    return world.engine.execute(bot, "sh", "-c", f"cat /data/{name} 2>/dev/null").split("\n")


class Load:
    """About fifty requests a second for the page, through Caddy, until it is ended."""

    def __init__(self, world):
        self._process = world.engine.spawn(
            sys.executable, str(ROOT / "tests/bench/load.py"), "localhost", "80", "/", "8", "50")

    def end(self) -> dict:
        self._process.send_signal(signal.SIGTERM)
        return json.loads(self._process.communicate(timeout=60)[0])


class Live:
    """What is there while a release is live, to be compared with what is there later."""

    def __init__(self, world, services, job="migrate"):
        self.world = world
        self.services = services
        self.all = {*services, job} - {None}
        self.release = world.stack()["release"]
        self.runs = {name: self.run_of(name) for name in services}
        self.resources = self._resources()

    def run_of(self, service: str) -> tuple:
        container = self.world.container(service)
        return container["Id"], container["State"]["StartedAt"]

    def _resources(self) -> list:
        networks = [network["Id"] for network in self.world.engine.of_project("networks", self.world.project)]
        volumes = [volume["Name"] for volume in self.world.engine.of_project("volumes", self.world.project)]
        return sorted(networks) + sorted(volumes)

    def require_back(self, untouched=()):
        """It is current again, whole, and nothing of another release is left running or oddly named."""
        world = self.world
        require(world.stack()["release"] == self.release, f"release {world.stack()['release']} is current")
        world.until_all_ready(30)
        world.until(lambda: require_tidy(world, self.all), 5, "it is not tidy")
        world.until(lambda: self._resources() == self.resources, 5, "networks or volumes are not as before")
        for name in self.services:
            if name in untouched:
                require(self.run_of(name) == self.runs[name], f"{name} was touched")
            label = world.container(name)["Config"]["Labels"]["io.stackd.release"]
            require(int(label) <= self.release, f"{name} is still of release {label}")


def require_tidy(world, services):
    """One container a service, under its own name; of what has no service nothing runs."""
    names = sorted(container["Names"][0][1:] for container in
                   world.engine.of_project("containers/json", world.project, all=1))
    odd = [name for name in names if re.match(r"[0-9a-f]{12}_", name)]
    require(not odd, f"containers have names for the time of a deploy: {odd}")
    require(set(names) == {world.name(service) for service in services}, f"the containers are {names}")
    return True


def require_deploy(world, state: str, cause: str = "", words: str = ""):
    """The newest deploy ended so, and the API tells why."""
    deploy = world.deploys()[0]
    told = f"the deploy is {deploy['state']}: {deploy['cause']}; last words: {deploy['last_words']}"
    require(deploy["state"] == state, told)
    require(cause in (deploy["cause"] or ""), told)
    require(words in (deploy["last_words"] or ""), told)


def failed_release(world, override: str, cause: str, words: str = "", state: str = "reverted",
                   untouched=SERVICES, first: str = "", then=None):
    """nroxy, live and under load; then a release that fails, and what is to be done then. Nobody who asks the
    page may notice it."""
    world.use_nroxy(first)
    world.up()
    world.until(world.page_answers, 20, "the page does not answer")
    live = Live(world, SERVICES)
    load = Load(world)
    try:
        world.write("override.yaml", override)
        done = world.ctl("deploy")
        require(done.returncode == 1, f"deploy ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        require(cause in done.stdout + done.stderr, f"deploy says:\n{done.stdout}{done.stderr}")
        require_deploy(world, state, cause, words)
        if then is not None:
            then(live)
        live.require_back(untouched)
        world.stays(world.page_answers, 2, "the page does not answer afterwards")
    finally:
        answered = load.end()
    require(answered["requests"] > 50, f"there was no load: {answered}")
    require(answered["failed"] == 0, f"requests failed: {answered}")
    world.say(f"{answered['requests']} requests, {answered['failed']} failed, longest gap "
              f"{answered['gap'] * 1000:.0f} ms")
