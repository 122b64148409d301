from small import loop
from world import require

STACK = f"""
x-stackd: {{deadline: 2s}}
services:
  web:{loop(": VERSION;")}
    depends_on: {{migrate: {{condition: service_completed_successfully}}}}
    deploy: {{update_config: {{monitor: 100ms}}}}
  migrate:
    image: ${{BUSYBOX_IMAGE}}
    command: [sh, -c, "sleep 5"]
  report:
    image: ${{BUSYBOX_IMAGE}}
    command: [sh, -c, "sleep 6"]
    x-stackd: {{job: true}}
"""


def run(world):
    world.start_stackd()
    for version in ("1", "2"):
        world.use_stack(STACK.replace("VERSION", version))
        done = world.ctl("deploy")
        require(done.returncode == 0, f"deploy {version} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        require(world.is_running("web"), "web does not run")
        report = world.container("report")["State"]
        require(report["Status"] == "exited" and report["ExitCode"] == 0, f"the report: {report}")
