from small import loop
from world import require

STACK = f"""
services:
  web:{loop()}
    networks: {{default: {{}}, edge: {{aliases: [site]}}}}
    restart: always
networks:
  edge: {{}}
"""


def networks(world) -> dict:
    return world.container("web")["NetworkSettings"]["Networks"]


def run(world):
    world.use_stack(STACK)
    world.start_stackd()
    world.order("deploy")
    edge = f"{world.project}_edge"
    before = world.container("web")["Id"]
    further = world.engine.post("/networks/create", {"Name": "e2e-further"})["Id"]
    try:
        world.engine.post("/networks/e2e-further/connect", {"Container": before})
        world.engine.post(f"/networks/{edge}/disconnect", {"Container": before, "Force": True})
        world.until(lambda: edge in networks(world), 10, "it is not connected again")
        aliases = networks(world)[edge]["Aliases"]
        require("site" in aliases and "web" in aliases, f"its names there are {aliases}")
        require("e2e-further" in networks(world), "it was taken off a network that somebody put it on")
        require(world.container("web")["Id"] == before, "it was replaced")
        require("not connected to network" in world.order("events"), "the journal does not tell of it")

        world.engine.post(f"/networks/{edge}/disconnect", {"Container": before, "Force": True})
        world.until(lambda: edge in networks(world), 10, "a second time it is not connected again")
        world.engine.post(f"/networks/{edge}/disconnect", {"Container": before, "Force": True})
        world.engine.post(f"/networks/{edge}/connect", {"Container": before})
        world.until(lambda: edge in networks(world), 10, "it is not connected")
    finally:
        world.engine.post("/networks/e2e-further/disconnect", {"Container": before, "Force": True})
        world.engine.delete(f"/networks/{further}")
