from small import loop
from world import require

STACK = f"""
services:
  db:{loop()}
    healthcheck: {{test: [CMD, "true"], interval: 3s, timeout: 1s, retries: 1}}
    restart: always
  web:{loop()}
    depends_on: {{db: {{condition: service_healthy, restart: true}}}}
    restart: always
"""


def starts(world) -> list:
    return [world.container(service)["State"]["StartedAt"] for service in ("db", "web")]


def is_called_ill(world) -> bool:
    return world.container("db")["State"]["Health"]["Status"] == "unhealthy"


def pause(world):
    world.engine.post(f"/containers/{world.name('db')}/pause")
    world.until(lambda: world.state("db") == "paused", 10, "status does not say that it is paused")
    world.until(lambda: is_called_ill(world), 10, "the engine does not call it unhealthy")


def go_on(world, before: list):
    world.engine.post(f"/containers/{world.name('db')}/unpause")
    world.until(lambda: world.is_ready("db") and not is_called_ill(world), 15, "it is not ready again")
    require(starts(world) == before, "something was restarted")


def run(world):
    world.use_stack(STACK)
    world.start_stackd()
    world.order("deploy")
    before = starts(world)
    pause(world)
    go_on(world, before)

    pause(world)
    world.kill_stackd()
    world.start_stackd()
    world.until(lambda: world.state("db") == "paused", 10, "a new stackd does not see that it is paused")
    go_on(world, before)

    pause(world)
    world.kill_stackd()
    world.engine.post(f"/containers/{world.name('db')}/unpause")
    world.start_stackd()
    world.until(lambda: world.is_ready("db"), 15, "a new stackd does not find it ready")
    world.stays(lambda: starts(world) == before, 3, "a new stackd believes the verdict of a pause")
