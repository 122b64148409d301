from world import require

LOOP = """[sh, -c, "trap 'exit 0' TERM; : CODE; while :; do sleep 0.1; done"]"""
STACK = f"""
services:
  web:
    image: ${{BUSYBOX_IMAGE}}
    command: {LOOP}
    x-stackd: {{pre_deploy: {{command: [sh, -c, "echo checked CODE; CHECK"]}}}}
    deploy: {{update_config: {{monitor: 100ms}}}}
"""


def use(world, code: str, check: str):
    world.use_stack(STACK.replace("CODE", code).replace("CHECK", check))


def require_only_web(world):
    world.until(lambda: list(world.containers()) == [world.name("web")], 20, "more than web is left")
    require(not world.stack()["warnings"], f"{world.stack()['warnings']}")


def run(world):
    use(world, "1", "true")
    world.up()
    require_only_web(world)

    use(world, "2", "true")
    require("web-pre_deploy" in world.ctl("plan").stdout, "the plan does not name the check")
    world.order("deploy")
    require_only_web(world)
    require("checked 2" in world.order("logs", "--release", "2"), "its log is gone")

    use(world, "3", "exit 3")
    failed = world.ctl("deploy")
    require(failed.returncode == 1 and "checked 3" in failed.stdout + failed.stderr,
            f"it says:\n{failed.stdout}{failed.stderr}")
    require_only_web(world)
    require("checked 3" in world.order("logs", "--release", "3"), "the log of the failed one is gone")

    for name in ("web", "web-pre_deploy"):
        why = world.order("why", name)
        require("of release 3, failed because of it: web-pre_deploy failed with exit code 3" in why and
                "checked 3" in why, f"why {name} says:\n{why}")

    use(world, "4", "sleep 60")
    world.order("deploy", "--detach")
    world.until(lambda: any("pre_deploy" in name for name in world.containers()), 20, "it is not checked")
    world.order("down")
    world.until(lambda: not world.containers(), 40, "down leaves containers")
