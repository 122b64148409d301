from release import SERVICES, failed_release, require_deploy
from world import require

MARKED = """
services:
  migrate: {x-stackd: {migration: {reversible: false}}}
"""
BROKEN = MARKED + """
  web:
    entrypoint: [sh, -c, "echo no such template; exit 5"]
    environment: {ROUND: "%s"}
"""


def run(world):
    def go_back(live):
        require(world.stack()["release"] != live.release, "the new release is not current although it is paused")
        require(world.is_running("web") and live.run_of("web") == live.runs["web"], "the former web does not serve")
        world.kill_stackd()
        world.start_stackd()
        require_deploy(world, "paused", "web-1 ended with 5", "no such template")
        world.stays(lambda: live.run_of("web") == live.runs["web"], 2, "a new stackd does not keep the pause")
        again = world.ctl("resume")
        require(again.returncode == 1, f"resume ended with {again.returncode} though nothing was mended")
        require_deploy(world, "paused", "web-1 ended with 5", "no such template")
        world.order("cancel")
        require_deploy(world, "cancelled", "web-1 ended with 5", "no such template")
        live.require_back(SERVICES)

        world.write("override.yaml", BROKEN % 2)
        require(world.ctl("deploy").returncode == 1, "the second broken release went live")
        require_deploy(world, "paused", "web-1 ended with 5", "no such template")
        world.order("rollback")
        require_deploy(world, "reverted", "web-1 ended with 5", "no such template")

    failed_release(world, BROKEN % 1, "web-1 ended with 5", "no such template", state="paused", first=MARKED,
                   then=go_back)
