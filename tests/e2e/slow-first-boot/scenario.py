from order import require_order
from world import require

OVERRIDE = """
services:
  postgres:
    volumes: ["./init:/docker-entrypoint-initdb.d:ro"]
    healthcheck: {test: ["CMD-SHELL", "pg_isready -U nroxy"], interval: 30s, start_period: 60s}
"""


def run(world):
    world.use_nroxy(OVERRIDE)
    world.write("init/slow.sh", "echo taking my time; sleep 5\n")
    world.up()
    require("taking my time" in world.logs("postgres"), "the init script did not run")
    require_order(world)
    logs = world.logs("migrate")
    require(logs.count("the schema is at version") == 1 and "cannot reach" not in logs,
            f"migrate did not succeed at its first try:\n{logs}")
