from small import loop
from world import require

# The database takes what it is given as a line in its volume; without a password it ends at once.
STACK = f"""
services:
  db:
    image: ${{BUSYBOX_IMAGE}}
    environment: {{PASSWORD: "PASSWORD_HERE"}}
    command: [sh, -c, "trap 'exit 0' TERM; test -n \\"$$PASSWORD\\" || {{ echo no password; exit 1; }}; touch /tmp/ready; while :; do sleep 0.1; done"]
    healthcheck: {{test: [CMD, test, -e, /tmp/READY_HERE], interval: 1s, retries: 2}}
    volumes: ["VOLUME_HERE:/data"]
    networks: [inner]
  migrate:
    image: ${{BUSYBOX_IMAGE}}
    command: [sh, -c, "sleep MIGRATION_HERE; echo migrated"]
    depends_on: {{db: {{condition: service_healthy}}}}
  web:{loop("echo WEB_HERE;")}
    depends_on: {{migrate: {{condition: service_completed_successfully}}}}
  worker:{loop("echo WEB_HERE;")}
    depends_on: [web]
  other:{loop("echo OTHER_HERE;")}
volumes: {{data: , data2: }}
networks: {{inner: }}
"""
GOOD = {"PASSWORD": "x", "READY": "ready", "VOLUME": "data", "MIGRATION": "0.1", "WEB": "1", "OTHER": "1"}


def write(world, **changed: str):
    text = STACK
    for word, value in {**GOOD, **changed}.items():
        text = text.replace(word + "_HERE", value)
    world.use_stack(text)


def began(world, service: str) -> tuple:
    container = world.container(service)
    return container["Id"], container["State"]["StartedAt"]


def run(world):
    # Never live, as its database can't run; then as its health check is wrong.
    write(world, PASSWORD="")
    world.start_stackd()
    require(world.ctl("deploy").returncode == 1, "a database that ends at once is live")
    write(world, READY="mistyped")
    world.order("deploy", "--detach")
    world.until(lambda: world.state("web") == "waiting" and world.state("db") in ("starting", "unhealthy"), 40,
                "the database without a password was kept")
    world.until(lambda: "after the jobs of release 2" in world.ctl("why", "web").stdout, 10, "why does not name the jobs")
    world.order("cancel")
    write(world)
    world.order("deploy")
    require(world.all_ready(), "not all is ready")

    # Live; then the database is ill, and what mends it is deployed. Also as a service by its name.
    for number, names in enumerate(((), ("db",))):
        world.engine.execute(world.name("db"), "rm", "/tmp/ready")
        world.until(lambda: world.service("db")["state"] != "ready", 30, "the database is still called ready")
        write(world, PASSWORD=f"y{number}")
        world.order("deploy", *names)
        world.until_all_ready()

    # Another volume: the migration runs after the database is on it, and before the rest is replaced.
    write(world, VOLUME="data2", WEB="2")
    world.order("deploy")
    ended = world.finished("migrate")
    require(world.started("db") < ended < world.started("web"), "the migration ran on the volume that is left behind")

    # Named, a service that needs no migration runs none.
    ran = began(world, "migrate")
    write(world, VOLUME="data2", WEB="2", OTHER="2")
    told = world.order("deploy", "other")
    require(began(world, "migrate") == ran, f"the migration ran again:\n{told}")
    require("nothing to do" in world.order("deploy"), "a whole deploy after it finds something to do")

    # A restart waits for the migration that stands on the database.
    write(world, VOLUME="data2", WEB="3", MIGRATION="4")
    world.order("deploy", "--detach")
    world.until(lambda: world.state("migrate") == "job_running", 20, "the migration does not run")
    world.order("restart", "db")
    world.until(lambda: world.deploys()[0]["state"] == "live", 40, "the deploy is not live")
    world.until_all_ready()
    require(world.started("db") > world.finished("migrate"), "the database was restarted under the migration")

    # What was stopped waits for the roll.
    world.order("stop", "web", "worker")
    world.until(lambda: not world.container("worker")["State"]["Running"], 20, "the worker runs")
    old = began(world, "worker")
    world.order("start", "web")
    write(world, VOLUME="data2", WEB="4", MIGRATION="2")
    world.order("deploy", "--detach")
    world.until(lambda: world.state("migrate") == "job_running", 20, "the migration does not run")
    require(began(world, "worker") == old, "the old worker was started beside the migration")
    world.until(lambda: world.deploys()[0]["state"] == "live", 40, "the deploy is not live")
