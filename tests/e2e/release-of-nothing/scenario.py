from small import loop
from world import require

ENDS = """
services:
  web:
    image: ${BUSYBOX_IMAGE}
    command: [sh, -c, "sleep 0.3; BODY"]
    KEYS
"""


def use(world, body: str, keys: str = ""):
    world.use_stack(ENDS.replace("BODY", body).replace("KEYS", keys))


def refused(world, words: str, seconds: float = 60):
    done = world.ctl("deploy", seconds=seconds)
    told = done.stdout + done.stderr
    require(done.returncode == 1, f"deploy ended with {done.returncode}:\n{told}")
    require(words in told, f"{words!r} is not told:\n{told}")


def forget(world):
    """What comes next is a first release again."""
    world.order("down")
    world.order("forget")


def run(world):
    world.start_stackd()
    use(world, "exit 0")
    refused(world, "nothing of the stack runs")
    refused(world, "x-stackd: {job: true}")
    forget(world)
    use(world, "exit 0", "restart: on-failure\n    scale: 2")
    refused(world, "nothing of the stack runs")
    forget(world)
    use(world, "exit 0", "restart: always")
    refused(world, "crash-looping")
    forget(world)

    use(world, "exit 0")
    world.write("override.yaml", f"services:\n  other:{loop()}\n")
    world.use("compose.yaml", "override.yaml")
    world.order("deploy")
    require(world.state("web") == "ended", f"web is {world.state('web')}")
