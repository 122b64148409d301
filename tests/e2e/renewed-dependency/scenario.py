from small import loop
from world import require

STACK = f"""
services:
  db:{loop("rm -f /tmp/ready; sleep 0.5; [ $$ROUND != wrong ] || exit 3; touch /tmp/ready;")}
    environment: {{ROUND: "${{ROUND}}"}}
    healthcheck: {{test: [CMD, test, -e, /tmp/ready], interval: 30s, start_period: 10s}}
    scale: 2
    deploy: {{update_config: {{order: start-first, monitor: 1s}}}}
    restart: unless-stopped
  web:{loop("echo began;")}
    depends_on: {{db: {{condition: service_healthy, restart: true}}}}
    restart: unless-stopped
"""


def run(world):
    world.use_stack(STACK)
    world.start_stackd()
    world.order("up", environment={"ROUND": "1"})
    began = world.started("web")

    require(world.ctl("deploy", environment={"ROUND": "wrong"}).returncode == 1, "a wrong release went live")
    require(world.started("web") == began, "web was restarted for a release that failed")

    world.order("deploy", environment={"ROUND": "2"})
    world.until(lambda: world.started("web") > began, 10, "web was not restarted")
    require(world.logs("web").count("began") == 2, "web was restarted before all of db was replaced")
    began = world.started("web")
    running = world.engine.of_project("containers/json", world.project)
    for container in running:
        seen = world.engine.inspect(container["Id"])
        if container["Labels"]["com.docker.compose.service"] == "db":
            require("ROUND=2" in seen["Config"]["Env"], "an old db runs")
    world.stays(lambda: world.started("web") == began, 3, "web was restarted twice")
