from small import loop
from world import require

STACK = f"""
services:
  www:{loop()}
    ports: ["18097:80"]
  db:{loop()}
    volumes: ["data:/data"]
volumes:
  data:
"""
OBSTACLE = "port 18097/tcp is taken by container {} of www, which is not in the stack file any more"
TWO_WRITERS = "volume {}_data is still mounted for writing by db"


def run(world):
    obstacle, two_writers = OBSTACLE.format(world.name("www")), TWO_WRITERS.format(world.project)
    world.use_stack(STACK)
    world.up()
    runs = world.runs()

    world.use_stack(STACK.replace("  www:", "  web:").replace("  db:", "  database:"))
    plan = world.ctl("plan")
    require(plan.returncode == 5, f"plan ended with {plan.returncode}")
    require(obstacle in plan.stdout and two_writers in plan.stdout, f"the plan says:\n{plan.stdout}")
    refused = world.ctl("deploy")
    said = refused.stdout + refused.stderr
    require(refused.returncode == 1 and obstacle in said and "`stackctl stop www`" in said, f"deploy says:\n{said}")
    require(two_writers in said and "`stackctl stop db`" in said, f"deploy says:\n{said}")
    require(world.runs() == runs, "something was touched")

    world.order("stop", "www", "db")
    said = world.order("deploy")
    require("for writing" not in said, f"deploy says:\n{said}")
    world.until(lambda: sorted(world.containers()) == sorted([world.name("web"), world.name("database")]), 20,
                "not only the services with the new names are there")

    # Whoever comes back under the old name is not stopped for ever.
    world.order("stop", "web", "database")
    world.use_stack(STACK)
    world.order("deploy")
    world.until(lambda: world.is_running("www") and world.is_running("db"), 20, "what was stopped once stays so")
