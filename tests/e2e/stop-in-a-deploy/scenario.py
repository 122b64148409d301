from release import ROLLING, Live, require_deploy
from world import require

SERVICES = ("db", "web", "bot", "proxy")


def run(world):
    world.use_stack(ROLLING)
    world.up()
    live = Live(world, SERVICES)

    world.order("deploy", "-d", environment={"ROUND": "1", "MIGRATE": "sleep 6"})
    world.until(lambda: world.stack()["deploy"]["state"] == "gating" and world.is_running("migrate"), 20,
                "the migration does not begin")
    stop_and_start(world, live)

    world.order("deploy", "-d", environment={"ROUND": "2", "WEB": "sleep 0.1"})
    world.until(lambda: not world.engine.inspect(live.runs["bot"][0])["State"]["Running"], 20,
                "the bot is not replaced")
    stop_and_start(world, live)


def stop_and_start(world, live):
    world.order("stop")
    require_deploy(world, "cancelled")
    world.until(lambda: nothing_runs(world), 20, "something goes on running")
    world.stays(lambda: nothing_runs(world), 2, "something was started again")
    world.order("start")
    live.require_back()


def nothing_runs(world) -> bool:
    return not world.engine.of_project("containers/json", world.project)
