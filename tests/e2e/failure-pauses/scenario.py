import pathlib

from small import loop
from world import require

# Web fails at its start while there is a file called wrong; api, which it waits for, never does. The file lies in a
# volume: of the project's own folder a release mounts what it was deployed with, whatever is mended there since.
STACK = f"""
services:
  api:{loop("touch /tmp/ready;")}
    environment: {{ROUND: "${{ROUND}}"}}
    healthcheck: {{test: [CMD, test, -e, /tmp/ready], interval: 30s, start_period: 10s}}
    deploy: &pauses {{update_config: {{monitor: 1s, failure_action: pause}}}}
  web:{loop("[ $$ROUND = good ] || [ ! -e /flag/wrong ] || exit 3; [ $$ROUND = slow ] || touch /tmp/ready;")}
    user: "${{WEB_USER:-0}}"
    environment: {{ROUND: "${{ROUND}}"}}
    volumes: ["flag:/flag:ro"]
    healthcheck: {{test: [CMD, test, -e, /tmp/ready], interval: 30s, start_period: 10s}}
    depends_on: {{api: {{condition: service_healthy}}}}
    deploy: {{update_config: {{order: start-first, monitor: 1s, failure_action: pause}}}}
    restart: unless-stopped
volumes: {{flag: {{}}}}
x-stackd: {{deadline: "${{DEADLINE:-10m}}"}}
"""


def round_of(world, service: str) -> set:
    """Of those that run."""
    running = world.engine.of_project("containers/json", world.project)
    return {variable for container in running if container["Labels"]["com.docker.compose.service"] == service
            for variable in world.engine.inspect(container["Id"])["Config"]["Env"] if variable.startswith("ROUND=")}


def pause(world, number: str, **environment: str):
    done = world.ctl("deploy", environment={"ROUND": number, **environment})
    told = done.stdout + done.stderr
    require(done.returncode == 1, f"deploy ended with {done.returncode}:\n{told}")
    require("paused" in told and "stackctl resume" in told, told)
    require(world.deploys()[0]["state"] == "paused", f"the deploy is {world.deploys()[0]['state']}")
    world.stays(lambda: world.deploys()[0]["state"] == "paused", 2, "it does not wait for a person")
    require("ROUND=good" in round_of(world, "web"), "the former web is gone")
    require(round_of(world, "api") == {f"ROUND={number}"}, f"api is of {round_of(world, 'api')}")
    return told


def require_all(world, number: str):
    for service in ("api", "web"):
        world.until(lambda: round_of(world, service) == {f"ROUND={number}"}, 15, f"{service} is not of {number}")
    world.until_all_ready(15)


def run(world):
    world.use_stack(STACK)
    world.start_stackd()
    world.order("up", environment={"ROUND": "good"})
    wrong = pathlib.Path(world.engine.get(f"/volumes/{world.project}_flag")["Mountpoint"]) / "wrong"

    wrong.touch()
    pause(world, "1")
    waits = world.ctl("deploy", "-d", environment={"ROUND": "2"})
    require(waits.returncode == 0, waits.stderr)
    world.stays(lambda: world.deploys()[0]["state"] == "queued", 2, "a newer deploy does not wait")
    world.order("rollback")
    # What waited goes on, into the same fault.
    world.until(lambda: world.deploys()[0]["state"] == "paused", 30, "the deploy that waited did not go on")
    world.order("cancel")
    require_all(world, "good")

    wrong.unlink()
    told = pause(world, "refused", WEB_USER="nobody-of-this-name")
    require("nobody-of-this-name" in told, told)
    world.order("cancel")
    require_all(world, "good")
    told = pause(world, "slow", DEADLINE="8s")
    require("not live after 8s: web is not replaced yet, its successor is not ready" in told, told)
    world.order("cancel")
    require_all(world, "good")

    wrong.touch()
    pause(world, "3")
    wrong.unlink()
    world.order("resume")
    require_all(world, "3")
    require(world.deploys()[0]["state"] == "live", f"the deploy is {world.deploys()[0]['state']}")
