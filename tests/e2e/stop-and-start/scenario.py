import time

from world import require


def run(world):
    world.use_nroxy()
    world.up()
    world.order("stop", "worker")
    world.until(lambda: not world.is_running("worker"), 20, "worker still runs")
    world.stop_stackd()
    world.start_stackd()
    world.stays(lambda: not world.is_running("worker"), 4, "worker was started although it was stopped")
    require(world.state("worker") == "stopped", f"worker is {world.state('worker')}")
    world.write("override.yaml", "services: {worker: {environment: {ROUND: '2'}}}\n")
    planned = world.ctl("plan").stdout
    require("worker was stopped by order and stays so" in planned, f"the plan says:\n{planned}")
    world.write("override.yaml", "services: {}\n")
    world.order("start", "worker")
    world.until_all_ready()

    before = time.time()
    world.order("restart", "web")
    world.until(lambda: world.restarted_after("web", before), 30, "web was not restarted")
    world.until_all_ready()

    world.order("down")
    world.until(lambda: not world.engine.of_project("containers/json", world.project, all=1), 30, "down left containers")
    require(len(world.engine.of_project("volumes", world.project)) == 3, "down removed volumes")
    world.stop_stackd()
    world.start_stackd()
    world.stays(lambda: not world.engine.of_project("containers/json", world.project, all=1), 4,
                "a restart of stackd forgot the down")
    before = time.time()
    world.order("up")
    world.until_all_ready()
    for service in ("postgres", "web", "worker", "bot", "caddy"):
        require(world.restarted_after(service, before), f"{service} does not run")
