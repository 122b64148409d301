import time

from small import BEHIND_A_JOB
from world import require


def run(world):
    world.use_stack(BEHIND_A_JOB)
    world.up()
    world.kill_stackd()
    world.engine.control("stop")
    before = time.time()
    world.engine.control("resume")
    world.start_stackd()
    world.until(lambda: world.restarted_after("bot", before), 30, "bot is not back")
    require(world.started("bot") > world.started("db") + 0.9, "bot did not wait for db")
    require(world.started("migrate") < before, "migrate ran again")
