from world import require

LOOP = """[sh, -c, "trap 'exit 0' TERM; while :; do sleep 0.1; done"]"""
STACK = f"""
services:
  migrate:
    image: ${{BUSYBOX_IMAGE}}
    command: [sh, -c, "echo filled >> /data/state"]
    volumes: ["data:/data"]
  web:
    image: ${{BUSYBOX_IMAGE}}
    command: [sh, -c, "cat /data/state > /seen || echo nothing > /seen; trap 'exit 0' TERM; while :; do sleep 0.1; done"]
    volumes: ["data:/data:ro"]
    depends_on: {{migrate: {{condition: service_completed_successfully}}}}
    deploy: {{update_config: {{monitor: 100ms}}}}
volumes:
  data:
"""


def seen(world) -> str:
    return world.engine.execute(world.name("web"), "cat", "/seen").strip()


def go_down(world, *words: str):
    world.order("down", *words)
    world.until(lambda: not world.containers(), 30, "down leaves containers")


def lose_volume(world):
    world.engine.delete(f"/volumes/{world.project}_data")


def require_filled(world, release: int, times: int):
    told = world.order("deploy")
    require(world.stack()["release"] == release, f"no release {release}:\n{told}")
    require(seen(world) == "\n".join(["filled"] * times), f"web saw {seen(world)!r}")
    require("nothing to do" in world.order("deploy"), "another deploy finds something to do")


def run(world):
    world.use_stack(STACK)
    world.up()
    require(seen(world) == "filled", f"web saw {seen(world)!r}")
    go_down(world)
    require("nothing to do" in world.order("deploy"), "a deploy after down finds something to do")

    go_down(world)
    lose_volume(world)
    planned = world.ctl("plan")
    require(planned.returncode == 5 and "the jobs run again" in planned.stdout + planned.stderr,
            f"the plan says:\n{planned.stdout}{planned.stderr}")
    require_filled(world, 2, 1)

    go_down(world)
    lose_volume(world)
    world.order("start")
    world.until(lambda: seen(world) == "nothing", 20, "web does not run on the empty volume")
    world.kill_stackd()
    world.start_stackd()
    world.order("deploy")
    require(world.stack()["release"] == 3, "no release after a start on an empty volume")
    require("nothing to do" in world.order("deploy"), "another deploy finds something to do")

    go_down(world, "--volumes")
    world.until(lambda: not world.engine.of_project("volumes", world.project), 20, "the volume is there")
    require_filled(world, 4, 1)

    # A rollback runs no job, unless there is something to fill.
    world.use_stack(STACK.replace("echo filled", "echo refilled"))
    world.order("deploy")
    world.order("rollback")
    state = world.engine.execute(world.name("web"), "cat", "/data/state").split()
    require(state == ["filled", "refilled"], f"after a rollback there is {state}")
    go_down(world, "--volumes")
    world.until(lambda: not world.engine.of_project("volumes", world.project), 20, "the volume is there")
    world.order("rollback")
    require(seen(world) == "refilled", f"after a rollback to nothing web saw {seen(world)!r}")
    require(world.stack()["release"] == 7, "which release is it?")
