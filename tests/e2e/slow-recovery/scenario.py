from small import loop
from world import require

STACK = f"""
services:
  db:{loop("sleep 15; touch /tmp/ready;")}
    healthcheck: {{test: [CMD, test, -e, /tmp/ready], interval: 1s, timeout: 1s, retries: 2}}
    restart: always
  web:{loop()}
    depends_on: {{db: {{condition: service_healthy}}}}
"""


def run(world):
    world.use_stack(STACK)
    world.start_stackd()
    world.ctl("up", "-d")
    world.until(lambda: world.is_running("db"), 10, "db does not run")
    started = world.started("db")
    world.until(lambda: world.is_running("web"), 40, "web was not started")
    require(world.started("db") == started, "db was restarted while it recovered")
    require(world.started("web") >= started + 15, "web was started too early")
