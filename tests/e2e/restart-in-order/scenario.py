from small import BEHIND_A_JOB
from world import require


def run(world):
    world.use_stack(BEHIND_A_JOB)
    world.up()
    migrated = world.started("migrate")
    world.order("restart")
    for service in ("web", "bot"):
        require(world.finished(service) <= world.finished("db"), f"{service} was stopped after db")
        require(world.started(service) > world.started("db") + 0.9, f"{service} did not wait for db")
    require(world.started("migrate") == migrated, "migrate ran again")

    web, bot = world.started("web"), world.started("bot")
    world.order("restart", "db")
    require((web, bot) == (world.started("web"), world.started("bot")), "more was restarted than was asked for")

    world.order("restart", "-d")
    world.kill_stackd()
    world.start_stackd()
    world.until(lambda: all(world.restarted_after(name, bot) for name in ("db", "web", "bot")), 30,
                "a restart was forgotten with the stackd that had promised it")
    world.until_all_ready()

    world.order("stop", "web", "db")
    require(world.finished("web") <= world.finished("db"), "web was stopped after db")
