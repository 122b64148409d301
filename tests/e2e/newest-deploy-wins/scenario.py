from release import ROLLING, noted, require_tidy
from world import require


def run(world):
    world.use_stack(ROLLING)
    world.up()
    world.order("deploy", "-d", environment={"ROUND": "1", "MIGRATE": "sleep 8"})
    world.until(lambda: world.stack()["deploy"]["state"] == "gating", 10, "the first does not begin")
    world.order("deploy", "-d", environment={"ROUND": "2"})
    require([deploy["state"] for deploy in world.deploys()[:2]] == ["queued", "gating"], "the second does not wait")
    world.order("deploy", environment={"ROUND": "3"})
    states = [deploy["state"] for deploy in world.deploys()[:3]]
    require(states == ["live", "superseded", "live"], f"the deploys are {states}")
    require("ROUND=3" in world.container("web")["Config"]["Env"], "the newest is not what runs")
    world.until(lambda: require_tidy(world, {"db", "migrate", "web", "bot", "proxy"}), 5, "it is not tidy")
    runs = noted(world, "runs")
    require("2 begins" not in runs, f"the superseded one ran its migration: {runs}")
