from small import loop
from world import require

STACK = f"""
services:
  web:{loop()}
    environment: {{ROUND: "${{ROUND}}"}}
    deploy: {{update_config: {{monitor: 100ms}}}}
""".replace("${BUSYBOX_IMAGE}", "shop/web:built-here")


def run(world):
    engine = world.engine
    base = engine.get(f"/images/{world.images['BUSYBOX_IMAGE']}/json")["Id"]
    engine.post(f"/images/{base}/tag?repo=shop%2Fweb&tag=built-here")
    world.use_stack(STACK)
    world.start_stackd()
    try:
        world.order("up", environment={"ROUND": "1"})
        # As pruning does where an image that is in use has another tag.
        engine.delete("/images/shop/web:built-here")
        said = world.order("up", environment={"ROUND": "2"})
        require("shop/web:built-here had lost its tag, and is named again" in said, f"deploy says:\n{said}")
        require("ROUND=2" in world.container("web")["Config"]["Env"], "it is not the new release that runs")
        require(world.container("web")["Image"] == base, "it is another image that runs")
        require(engine.get("/images/shop/web:built-here/json")["Id"] == base, "the tag is not there again")
    finally:
        engine.delete("/images/shop/web:built-here")
