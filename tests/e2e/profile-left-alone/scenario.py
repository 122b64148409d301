from world import require

LOOP = """[sh, -c, "trap 'exit 0' TERM; : CODE; while :; do sleep 0.1; done"]"""
ONE = f"""
  web:
    image: ${{BUSYBOX_IMAGE}}
    command: {LOOP}
    deploy: {{update_config: {{monitor: 100ms}}}}
"""
OTHER = f"""
  debug:
    image: ${{BUSYBOX_IMAGE}}
    command: {LOOP}
    profiles: [debug]
"""


def use(world, code: str, *services: str):
    world.use_stack("services:" + "".join(services).replace("CODE", code))


def run(world):
    world.start_stackd()
    use(world, "1", ONE, OTHER)
    world.order("up")
    require(not world.is_running("debug"), "debug runs without its profile")
    world.order("--profile", "debug", "up")
    there = world.container("debug")["Id"]

    def left_alone(what: str):
        world.stays(lambda: world.is_running("debug") and world.container("debug")["Id"] == there, 3,
                    f"debug was touched by {what}")
        require(not world.stack()["warnings"], f"{world.stack()['warnings']}")

    use(world, "2", ONE, OTHER)
    world.order("--profile", "other", "up")
    left_alone("a deploy")
    world.order("rollback", "--to", "1")
    left_alone("a rollback")
    world.kill_stackd()
    world.start_stackd()
    left_alone("the next stackd")
    world.order("down")
    world.until(lambda: not world.containers(), 30, "down leaves containers")

    world.order("--profile", "debug", "up")
    require(world.is_running("debug"), "debug does not run")
    use(world, "3", ONE)
    world.order("--profile", "debug", "up")
    world.until(lambda: list(world.containers()) == [world.name("web")], 30, "debug was not removed")
