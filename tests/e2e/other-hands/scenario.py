import time

from world import require


def run(world):
    foreign = world.engine.post("/containers/create?name=foreign",
                                {"Image": world.images["BUSYBOX_IMAGE"], "Cmd": ["sleep", "1000"]})["Id"]
    world.engine.post(f"/containers/{foreign}/start")
    try:
        world.use_nroxy()
        world.up()

        world.engine.post(f"/containers/{world.name('worker')}/stop?t=5")
        world.until(lambda: world.state("worker") == "stopped_outside", 10, "status does not say so")
        world.stays(lambda: not world.is_running("worker"), 8, "worker was started against somebody's will")
        require("outside" in world.order("status"), "the table does not say that worker was stopped outside stackd")
        # An engine that is going down stops containers just so: for 16 s nobody can tell the two apart.
        world.until(lambda: "was stopped outside" in world.order("events"), 30, "the journal does not say so")
        world.stop_stackd()
        world.start_stackd()
        world.stays(lambda: not world.is_running("worker"), 5, "a restart of stackd forgot that worker was stopped")
        before = time.time()
        world.order("start", "worker")
        world.until(lambda: world.restarted_after("worker", before), 20, "start did not bring worker back")

        old = world.container("web")["Id"]
        world.engine.delete(f"/containers/{world.name('web')}?force=1")
        world.until(lambda: world.is_running("web") and world.container("web")["Id"] != old, 30, "web is not back")
        world.until_all_ready()
        require(world.container("migrate")["State"]["FinishedAt"], "migrate is gone")

        require(world.engine.inspect(foreign)["State"]["Running"], "a foreign container was touched")
    finally:
        world.engine.delete(f"/containers/{foreign}?force=1")
