from release import failed_release

BROKEN = """
services:
  web: {image: "nowhere.invalid/nroxy:2"}
"""


def run(world):
    failed_release(world, BROKEN, "nowhere.invalid/nroxy:2", state="failed")
