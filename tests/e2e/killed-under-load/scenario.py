from order import require_one_bot
from release import SERVICES, Live, Load
from world import require

NEXT = """
services:
  web: {environment: {ROUND: "1"}}
  worker: {environment: {ROUND: "1"}}
  bot: {environment: {ROUND: "1"}}
"""


def run(world):
    world.use_nroxy()
    world.up()
    world.until(world.page_answers, 20, "the page does not answer")
    live = Live(world, SERVICES)
    migrated = world.container("migrate")["Id"]

    def gone(service: str) -> bool:
        return not world.engine.inspect(live.runs[service][0])["State"]["Running"]

    moments = {
        "the migration runs": lambda: world.container("migrate")["Id"] != migrated,
        "there are two of web": lambda: len(containers(world, "web")) == 2,
        "the former bot has left": lambda: gone("bot"),
        "the former web has left": lambda: gone("web"),
    }
    load = Load(world)
    try:
        world.write("override.yaml", NEXT)
        world.order("deploy", "-d")
        for moment, has_come in moments.items():
            world.until(has_come, 30, f"it never was that {moment}")
            world.kill_stackd()
            world.start_stackd()
        world.until(lambda: world.deploys()[0]["state"] == "live", 40, "the deploy is not live")
        world.until(lambda: len(containers(world, "web")) == 1, 10, "the former web is still there")
    finally:
        answered = load.end()
    require(answered["failed"] == 0 and answered["requests"] > 50, f"the load: {answered}")
    for service in ("web", "worker", "bot"):
        require("ROUND=1" in world.container(service)["Config"]["Env"], f"{service} is not of the new release")
    require(world.logs("migrate").count("the schema is at version") == 1, "migrate ran more than once")
    require_one_bot(world)
    world.say(f"{answered['requests']} requests, {answered['failed']} failed, longest gap "
              f"{answered['gap'] * 1000:.0f} ms")


def containers(world, service: str) -> list:
    return [container for container in world.engine.of_project("containers/json", world.project, all=1)
            if container["Labels"]["com.docker.compose.service"] == service]
