import time

OVERRIDE = """
services:
  web: {environment: {NROXY_FAULTS: "1"}}
"""


def run(world):
    world.use_nroxy(OVERRIDE)
    world.up()
    before = time.time()
    answer = world.engine.curl("-f", "-d", "", "http://localhost/faults/health?status=500")
    assert answer.returncode == 0, answer
    world.until(lambda: world.restarted_after("web", before), 40, "web was not restarted")
    world.until_all_ready()
