import concurrent.futures

from small import loop
from world import require

STACK = f"""
services:
  looper:
    image: ${{BUSYBOX_IMAGE}}
    command: [sh, -c, "echo boom from looper; sleep 1; exit 3"]
    restart: always
  once:
    image: ${{BUSYBOX_IMAGE}}
    command: [sh, -c, "echo boom from once; exit 4"]
    restart: "no"
    depends_on: [looper]
  worker:{loop()}
    environment: {{ROUND: "ROUND_NOW"}}
  behind:{loop()}
    depends_on: [worker]
  slow:{loop()}
    healthcheck: {{test: [CMD, "false"], interval: 1h, start_period: 1h}}
    profiles: [slow]
"""


def is_over(world):
    deploys = world.deploys()
    return bool(deploys) and deploys[0]["state"] in ("failed", "live", "reverted")


def what_ended(world):
    world.until(lambda: is_over(world) and world.state("once") == "ended", 60, "once is not ended")
    require(world.service("once")["restarts"] == 0, "the end of once is counted as a restart")
    why = world.order("why", "once")
    require("boom from once" in why and "looper" not in why, f"why once says:\n{why}")
    planned = world.ctl("plan")
    require(planned.returncode == 5 and "start once" in planned.stdout,
            f"plan ended with {planned.returncode}:\n{planned.stdout}{planned.stderr}")
    before = world.started("once")
    world.ctl("deploy")
    world.until(lambda: world.started("once") > before, 20, "deploy did not start what its plan says")


def what_is_stopped(world):
    world.order("stop", "behind", "worker")
    world.use_stack(STACK.replace("ROUND_NOW", "2"))
    world.ctl("deploy")
    require(world.stack()["release"] == 2, "there is no second release")
    require(not world.service("worker")["changed_outside"], "worker counts as changed outside stackd")
    require("changed outside" not in world.order("status"), "status says that others changed something")


def what_is_refused(world):
    world.order("down")
    held = world.engine.post(f"/containers/create?name={world.name('worker')}", {
        "Image": world.environment["BUSYBOX_IMAGE"], "Cmd": ["sleep", "600"]})["Id"]
    try:
        for order in (["start", "worker"], ["start", "behind"], ["start", "behind", "worker"], ["restart", "worker"]):
            done = world.ctl(*order, seconds=40)
            require(done.returncode == 1, f"{order} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
            require("worker is not" in done.stderr, f"{order} does not say why:\n{done.stdout}{done.stderr}")
    finally:
        world.engine.delete(f"/containers/{held}?force=1")
    world.order("start", "behind")


def a_stackd_that_is_gone(world):
    world.ctl("deploy", "-d", "slow")
    world.until(lambda: any(s["name"] == "slow" for s in world.stack()["services"]) and world.is_running("slow"), 40,
                "slow does not run")
    with concurrent.futures.ThreadPoolExecutor() as threads:
        following = threads.submit(world.ctl, "restart", "slow", seconds=60)
        before = world.started("slow")
        world.until(lambda: world.started("slow") > before, 20, "slow was not restarted")
        world.kill_stackd()
        done = following.result()
    require(done.returncode == 3, f"restart ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def an_engine_that_was_never_seen(world):
    world.engine.control("stop")
    try:
        world.start_stackd()
        status = world.order("status")
        require("last seen" not in status and "nothing was seen of it" in status, f"status says:\n{status}")
        why = world.order("why", "worker")
        require("nothing was seen of it" in why and "not created" not in why, f"why says:\n{why}")
    finally:
        world.engine.control("resume")


def run(world):
    world.use_stack(STACK.replace("ROUND_NOW", "1"))
    world.start_stackd()
    world.ctl("up", "-d")
    what_ended(world)
    what_is_stopped(world)
    what_is_refused(world)
    a_stackd_that_is_gone(world)
    an_engine_that_was_never_seen(world)
