import time

from small import CHAIN
from world import require


def run(world):
    world.use_stack(CHAIN)
    world.up()
    require(world.started("migrate") > world.started("db") + 0.9, "migrate did not wait for db")
    require(world.started("web") >= world.finished("migrate"), "web did not wait for migrate")

    world.kill_stackd()
    world.engine.control("stop")
    before = time.time()
    world.engine.control("resume")
    world.start_stackd()
    world.until(lambda: world.restarted_after("web", before), 30, "web is not back")
    require(world.started("web") > world.started("db") + 0.9, "web did not wait for db")
    require(world.started("migrate") < before, "migrate ran again")
