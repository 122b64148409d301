from release import failed_release

BROKEN = """
services:
  migrate:
    entrypoint: [sh, -c, "echo looking at the schema; echo column note does not exist >&2; exit 4"]
  web: {environment: {ROUND: "1"}}
  worker: {environment: {ROUND: "1"}}
"""
MENDED = """
services:
  web: {environment: {ROUND: "2"}}
"""


def run(world):
    failed_release(world, BROKEN, "migrate failed with exit code 4", "column note does not exist", state="failed")
    world.write("override.yaml", MENDED)
    world.order("deploy")
