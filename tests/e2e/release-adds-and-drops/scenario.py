from release import Live, require_deploy
from small import loop
from world import require

STACK = f"""
services:
  front:{loop()}
  dropped:{loop()}
"""
BROKEN = f"""
services:
  front:{loop()}
  added:{loop()}
    networks: [side]
    depends_on: [front]
  other:{loop()}
    networks: [side]
  astray:
    image: ${{BUSYBOX_IMAGE}}
    command: [/no/such/program]
    depends_on: [added, other]
networks:
  default:
  side:
"""


def run(world):
    world.use_stack(STACK)
    world.up()
    live = Live(world, ("front", "dropped"), job=None)
    world.use_stack(BROKEN)
    done = world.ctl("deploy")
    require(done.returncode == 1, f"deploy ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    require_deploy(world, "reverted", "/no/such/program")
    live.require_back(("front", "dropped"))
