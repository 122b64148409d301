import json

from release import require_deploy
from small import loop
from world import require

STACK = f"""
services:
  web:{loop(": VERSION; BROKEN")}
    deploy: {{update_config: {{monitor: 1s}}}}
  report:
    image: ${{BUSYBOX_IMAGE}}
    command: [sh, -c, ": VERSION; sleep 5; exit ENDS"]
    x-stackd: {{job: true}}
"""


def run(world):
    world.start_stackd()
    deploy(world, 0, VERSION="1", BROKEN="", ENDS="0")
    for release, ends in (("2", 0), ("3", 7)):
        deploy(world, 1, VERSION=release, BROKEN="exit 1;", ENDS=str(ends))
        require_deploy(world, "reverted", "web-1")
        require(job_of(world, release)["state"] == "running", "the report was not left to its end")
        wanted = "failed" if ends else "succeeded"
        world.until(lambda: job_of(world, release)["state"] == wanted, 15, "its end is not on record")
        require(job_of(world, release)["exit_code"] == ends, f"the report: {job_of(world, release)}")
    require(job_of(world, "1")["state"] == "succeeded", "the first report is not as it was")


def deploy(world, ends: int, **values):
    text = STACK
    for name, value in values.items():
        text = text.replace(name, value)
    world.use_stack(text)
    done = world.ctl("deploy")
    require(done.returncode == ends, f"deploy ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def job_of(world, release: str) -> dict:
    shown = json.loads(world.ctl("show", release, "--json").stdout)
    return next(job for job in shown["jobs"] if job["service"] == "report")
