from engine import Refused
from small import loop
from world import require

STACK = f"""
services:
  web:{loop()}
    environment: {{ROUND: "${{ROUND}}"}}
    deploy: {{update_config: {{monitor: 100ms}}}}
""".replace("${BUSYBOX_IMAGE}", "shop/web:built-here")


def kept(world) -> list:
    names = [name for image in world.engine.get("/images/json") for name in image["RepoTags"] or ()]
    return sorted(name for name in names if name.startswith(f"stackd/kept:{world.project}."))


def run(world):
    engine = world.engine
    tags = [f"stackd/kept:{world.project}.r{number}.web" for number in (1, 2)]
    # An image of its own, that has no other name once this one is gone.
    source = engine.post("/containers/create", {"Image": world.images["BUSYBOX_IMAGE"], "Cmd": ["true"]})["Id"]
    engine.post(f"/commit?container={source}&repo=shop%2Fweb&tag=built-here", {})
    engine.delete(f"/containers/{source}")
    world.use_stack(STACK)
    world.start_stackd()
    try:
        world.order("up", environment={"ROUND": "1"})
        world.order("up", environment={"ROUND": "2"})
        require(kept(world) == tags, f"kept are {kept(world)}")
        world.order("down")
        world.order("forget")
        require(not kept(world), f"{kept(world)} are left")

        world.order("up", environment={"ROUND": "1"})
        engine.delete("/images/shop/web:built-here")
        world.order("forget")
        require(kept(world) == tags[:1], f"left are {kept(world)}, not what web runs from")
        require(f"let go of {tags[0]}" in world.home.joinpath("stackd.log").read_text(), "nobody says that it is left")
        require(world.is_running("web"), "web was touched")
    finally:
        engine.remove_project(world.project)
        for name in [*kept(world), "shop/web:built-here"]:
            try:
                engine.delete(f"/images/{name}")
            except Refused:
                pass
