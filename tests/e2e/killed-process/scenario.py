import time

from order import require_one_bot
from world import require


def run(world):
    world.use_nroxy()
    world.up()
    for service in ("web", "worker", "bot", "caddy", "postgres"):
        others = {name: world.started(name) for name in ("postgres", "web", "worker", "bot", "caddy") if name != service}
        before = time.time()
        world.kill_process(service)
        world.until(lambda: world.restarted_after(service, before), 30, f"{service} is not back")
        world.until_all_ready()
        for name, when in others.items():
            require(world.started(name) == when, f"{name} was restarted because {service} was killed")
    require_one_bot(world)
