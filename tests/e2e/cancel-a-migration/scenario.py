from release import ROLLING, Live, noted, require_deploy
from world import require

SERVICES = ("db", "web", "bot", "proxy")


def run(world):
    world.use_stack(ROLLING)
    world.up()
    live = Live(world, SERVICES)
    world.order("deploy", "-d", environment={"ROUND": "1", "MIGRATE": "sleep 5"})
    world.until(lambda: noted(world, "runs").count("1 begins") == 1, 20, "the migration does not begin")
    world.order("cancel")
    require(noted(world, "runs").count("1 ends") == 1, "the migration was not left to its end")
    require(world.container("migrate")["State"]["ExitCode"] == 0, "the migration was killed")
    require_deploy(world, "cancelled", "cancelled")
    live.require_back(SERVICES)
    require(world.ctl("cancel").returncode == 1, "a second cancel had something to cancel")
