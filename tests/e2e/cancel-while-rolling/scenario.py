from release import ROLLING, Live, noted, require_deploy
from world import require

SERVICES = ("db", "web", "bot", "proxy")


def run(world):
    world.use_stack(ROLLING)
    world.up()
    live = Live(world, SERVICES)
    world.order("deploy", "-d", environment={"ROUND": "1", "WEB": "sleep 0.1"})
    world.until(lambda: not running(world, live, "bot"), 20, "the bot is not replaced")
    world.until(lambda: world.stack()["deploy"]["state"] == "rolling", 5, "the deploy is not rolling")
    world.order("cancel")
    require_deploy(world, "cancelled", "cancelled")
    live.require_back(("db", "web", "proxy"))
    world.until(lambda: running(world, live, "bot"), 5, "the former bot was not put back")
    world.order("deploy", environment={"ROUND": "2"})
    require("twice" not in noted(world, "overlaps"), "two bots ran at once")


def running(world, live, service: str) -> bool:
    return world.engine.inspect(live.runs[service][0])["State"]["Running"]
