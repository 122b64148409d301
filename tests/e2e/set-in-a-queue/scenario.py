from release import require_deploy
from small import loop
from world import require

STACK = f"""
services:
  web:{loop("[ $$WORD != bad ] || exit 1;")}
    environment: {{WORD: "${{WORD:-first}}", OTHER: "${{OTHER:-first}}", LAST: "${{LAST:-first}}"}}
    depends_on: {{migrate: {{condition: service_completed_successfully}}}}
    deploy: {{update_config: {{monitor: 1s}}}}
  migrate:
    image: ${{BUSYBOX_IMAGE}}
    command: [sh, -c, "sleep 2"]
"""


def run(world):
    world.start_stackd()
    world.use_stack(STACK)
    world.order("deploy", "--set", "WORD=one")
    world.order("deploy", "--detach", "--set", "WORD=two")
    world.order("deploy", "--set", "OTHER=mine")
    require(words(world) == ["two", "mine", "first"], f"of two deploys came {words(world)}")

    world.order("deploy", "--detach", "--set", "WORD=bad")
    done = world.ctl("deploy", "--set", "OTHER=yours")
    require(done.returncode == 1, f"deploy ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    require_deploy(world, "failed", "by --set: deploy again")
    require(words(world) == ["two", "mine", "first"], f"after a failed deploy: {words(world)}")
    world.order("deploy", "--set", "OTHER=yours")
    require(words(world) == ["two", "yours", "first"], f"deployed again: {words(world)}")

    world.order("deploy", "--set", "LAST=first")  # as the file says; it stays so when the file changes
    world.use_stack(STACK.replace("LAST:-first", "LAST:-second"))
    world.order("deploy")
    require(words(world)[2] == "first", "what was set is gone")
    world.order("deploy", "--unset", "LAST")
    require(words(world)[2] == "second", "what was set is there still")

    current = world.stack()["release"]
    world.order("deploy", "--detach", "--set", "WORD=three")
    world.until(lambda: world.deploys()[0]["state"] == "gating", 20, "the deploy does not come to its gate")
    said = world.order("rollback")
    require(f"images of release {current}" in said, f"rollback says:\n{said}")
    require("set again as they were, for the next deploy: WORD" in said, f"rollback says:\n{said}")
    require(words(world) == ["two", "yours", "second"], f"after the rollback: {words(world)}")


def words(world) -> list:
    web = next(container for container in world.containers().values()
               if container["State"]["Running"] and container["Config"]["Labels"]["com.docker.compose.service"] == "web")
    given = dict(variable.split("=", 1) for variable in web["Config"]["Env"])
    return [given["WORD"], given["OTHER"], given["LAST"]]
