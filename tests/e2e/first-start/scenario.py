from order import require_one_bot, require_order
from world import require


def run(world):
    world.use_nroxy()
    world.up()
    require(world.all_ready(), "up returned before everything was ready")
    require_order(world)
    world.until(world.page_answers, 20, "the page does not answer")

    for service in ("postgres", "migrate", "web", "worker", "bot", "caddy"):
        policy = world.container(service)["HostConfig"]["RestartPolicy"]["Name"]
        require(policy in ("", "no"), f"{service} has the engine's restart policy {policy}")
    require(not world.is_running("minio"), "minio runs although its profile is not on")
    require_one_bot(world)
    again = world.order("up")
    require("nothing to do" in again, f"a second up says:\n{again}")
