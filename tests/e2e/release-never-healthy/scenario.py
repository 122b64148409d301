from release import failed_release

BROKEN = """
x-stackd: {deadline: 10s}
services:
  web: {environment: {PGHOST: nowhere, ROUND: "1"}}
"""


def run(world):
    failed_release(world, BROKEN, "not live after 10s")
