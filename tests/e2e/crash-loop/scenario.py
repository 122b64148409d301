from small import loop
from world import require

STACK = f"""
services:
  good:{loop()}
  bad:
    image: ${{BUSYBOX_IMAGE}}
    command: [sh, -c, "echo nothing works; exit 3"]
    restart: always
"""


def run(world):
    world.use_stack(STACK)
    world.start_stackd()
    world.ctl("up", "-d")
    world.until(lambda: world.is_running("good"), 20, "good does not run")
    good = world.started("good")
    starts = []

    def looping():
        started = world.started("bad")
        if started > 0 and (not starts or starts[-1] != started):  # 0: not started yet
            starts.append(started)
        return world.state("bad") == "crash_looping"

    world.until(looping, 60, "bad did not become crash_looping")
    pauses = [later - earlier for earlier, later in zip(starts, starts[1:])]
    require(len(pauses) >= 2 and pauses[-1] > pauses[0], f"the pauses do not grow: {pauses}")
    count = len(starts)
    world.stays(lambda: looping() and len(starts) <= count + 1, 10, "bad is tried again more often than every 60 s")
    require(world.started("good") == good, "good was touched")
    why = world.order("why", "bad")
    require("nothing works" in why and "3" in why, f"why says:\n{why}")
