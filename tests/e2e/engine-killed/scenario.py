import time

from order import require_one_bot, require_order
from world import require

SERVICES = ("postgres", "web", "worker", "bot", "caddy")


def run(world):
    world.use_nroxy()
    world.up()

    before = time.time()
    world.engine.control("kill")
    time.sleep(1)
    world.engine.control("resume")
    # Without live-restore the new daemon ends what it finds running.
    for service in SERVICES:
        world.until(lambda: world.restarted_after(service, before), 60, f"{service} is not back")
    world.until_all_ready()
    require_order(world, migrated_before=before)

    world.engine.control("stop")
    world.engine.control("resume", "--live-restore")
    world.until_all_ready()
    pids = {service: world.container(service)["State"]["Pid"] for service in SERVICES}
    world.engine.control("kill")
    time.sleep(1)
    world.engine.control("resume", "--live-restore")
    world.until_all_ready()
    world.stays(lambda: {service: world.container(service)["State"]["Pid"] for service in SERVICES} == pids, 5,
                "something was restarted although its container had lived on")
    world.engine.control("stop")
    world.engine.control("resume", "--no-live-restore")
    world.until_all_ready()
    require_one_bot(world)
