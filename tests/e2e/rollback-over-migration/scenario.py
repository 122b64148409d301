from small import loop
from world import require

STACK = f"""
services:
  web:{loop(": VERSION;")}
    depends_on: {{migrate: {{condition: service_completed_successfully}}}}
    deploy: {{update_config: {{monitor: 100ms}}}}
  migrate:
    image: ${{BUSYBOX_IMAGE}}
    command: [sh, -c, "CODE"]
    x-stackd: {{migration: {{reversible: false}}}}
"""


def release(world, version: str, code: str = "echo migrated", wanted: int = 0):
    world.use_stack(STACK.replace("VERSION", version).replace("CODE", code))
    done = world.ctl("deploy")
    require(done.returncode == wanted, f"deploy {version} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def refused(world, *order: str) -> str:
    before = world.ids()
    done = world.ctl(*order)
    told = done.stdout + done.stderr
    require(done.returncode == 1, f"{order} ended with {done.returncode}:\n{told}")
    require(world.ids() == before, f"{order} touched something")
    return told


def version(world) -> str:
    return world.container("web")["Args"][-1].split(":")[1].strip(" ;").split(";")[0]


def run(world):
    world.start_stackd()
    release(world, "1")
    release(world, "2")
    told = refused(world, "rollback")
    require("migrate of release 2 can't be undone" in told and "--force" in told, told)
    shown = world.order("history")
    require("can't be undone" in shown, f"history says:\n{shown}")
    world.order("rollback", "--force")
    require(version(world) == "1", f"{version(world)} runs")

    # Nor over one that is running now.
    release(world, "4")
    world.use_stack(STACK.replace("VERSION", "5").replace("CODE", "sleep 8"))
    world.order("deploy", "--detach")
    world.until(lambda: world.deploys()[0]["state"] == "gating", 20, "the migration does not begin")
    world.until(lambda: world.state("migrate") == "job_running", 20, "the migration does not run")
    told = refused(world, "rollback")
    require("migrate of release 5 can't be undone" in told, told)
    world.until(lambda: world.deploys()[0]["state"] == "live", 60, "release 5 is not live")

    told = refused(world, "deploy", "--no-start")
    require("--no-start" in told and "stop" in told, told)
    require(world.is_running("web"), "web does not run")

    # The journal tells the whole story.
    story = world.order("events")
    for line in ("is gating", "is rolling", "is live"):
        require(line in story, f"{line!r} is not in the journal:\n{story}")
