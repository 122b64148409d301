import time

from release import require_deploy
from small import loop
from world import require

STACK = f"""
services:
  web:{loop("rm -f /bin/late; BODY")}
    healthcheck: {{test: [CMD, COMMAND], interval: 1s, retries: 100}}
    deploy: {{update_config: {{monitor: 1s}}}}
    restart: always
"""


def use(world, command: str, body: str = ""):
    world.use_stack(STACK.replace("COMMAND", command).replace("BODY", body))


def run(world):
    use(world, '"true"')
    world.start_stackd()
    world.order("deploy")
    before = world.container("web")["Id"]

    use(world, "curl, localhost")
    began = time.time()
    done = world.ctl("deploy")
    told = done.stdout + done.stderr
    require(done.returncode == 1, f"deploy ended with {done.returncode}:\n{told}")
    require("can't be run" in told and '"curl"' in told and "not found" in told, told)
    require(time.time() - began < 55, "it took longer than a start may take")
    require_deploy(world, "reverted", "web-1")
    world.until(lambda: world.is_ready("web"), 20, "the former web is not back")
    require(world.container("web")["Id"] == before, "the former web is another one")

    use(world, "late", "sleep 6; echo '#!/bin/sh' >/bin/late; chmod 755 /bin/late;")
    world.order("deploy")
    require(world.is_ready("web"), "a command that came late fails its release")
