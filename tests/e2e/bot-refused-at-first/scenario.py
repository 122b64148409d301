from release import noted
from small import loop
from world import require

STACK = f"""
services:
  front:{loop()}
  bot:
    image: ${{BUSYBOX_IMAGE}}
    environment: {{ROUND: "${{ROUND:-0}}"}}
    command:
      - sh
      - -c
      - |
        if [ -e /data/left ] && [ $$(( $$(date +%s) - $$(cat /data/left) )) -lt 10 ]; then echo refused; exit 3; fi
        mkdir /data/lock || echo twice >>/data/overlaps
        trap 'date +%s >/data/left; rmdir /data/lock; exit 0' TERM
        while :; do sleep 0.1; done
    volumes: [data:/data]
    restart: unless-stopped
    x-stackd: {{singleton: true}}
volumes:
  data:
"""


def run(world):
    world.use_stack(STACK)
    world.up()
    front = world.started("front")
    world.order("deploy", environment={"ROUND": "1"})
    require(world.stack()["release"] == 2, "the second release is not current")
    world.until(lambda: world.logs("bot").count("refused") >= 3, 5, "the bot was not refused")
    world.stays(lambda: world.is_running("bot"), 1, "the bot does not run")
    require(world.state("bot") == "running", f"the bot is {world.state('bot')} although its release is live")
    require("twice" not in noted(world, "overlaps"), "two bots ran at once")
    require(world.started("front") == front, "front was touched")
