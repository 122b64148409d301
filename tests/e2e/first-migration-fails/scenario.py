import time

from release import ROLLING, noted, require_deploy
from world import require

SERVICES = ("db", "web", "bot", "proxy")


def run(world):
    world.use_stack(ROLLING)
    world.start_stackd()
    broken = {"MIGRATE": "test -e /data/mended"}
    begin = time.monotonic()
    done = world.ctl("deploy", environment=broken)
    require(done.returncode == 1, f"deploy ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    require_deploy(world, "failed", "migrate failed with exit code 4")
    require(time.monotonic() - begin < 15, "the failure of a migration that says nothing is noticed late")

    def only_db():
        return world.is_ready("db") and not any(world.is_running(name) for name in SERVICES[1:])

    world.stays(only_db, 2, "db does not keep running, or a dependent was started")

    planned = world.ctl("plan", environment=broken)
    require(planned.returncode == 5 and "start migrate" in planned.stdout,
            f"plan ended with {planned.returncode}, though a deploy runs migrate again:\n{planned.stdout}")
    again = world.ctl("start", "migrate")
    require(again.returncode == 1, f"start migrate ended with {again.returncode}:\n{again.stdout}{again.stderr}")
    require(world.state("migrate") == "job_failed" and only_db(), "a second failure is not as the first")
    world.engine.post(f"/containers/{world.name('migrate')}/start")
    world.until(lambda: not world.is_running("migrate"), 10, "migrate goes on")

    world.order("deploy", environment={"MIGRATE": "sleep 0.2"})
    world.until_all_ready(20)
    runs = noted(world, "runs")
    require(runs.count("0 begins") == 4 and runs.count("0 ends") == 1, f"migrate ran so: {runs}")
