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
  taken:{loop()}
    networks: [side]
    ports: ["7007:80"]
  wants:{loop()}
    ports: ["7007:80"]
    depends_on: [added, taken]
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
    require_deploy(world, "reverted", "port is already allocated")
    live.require_back(("front", "dropped"))
