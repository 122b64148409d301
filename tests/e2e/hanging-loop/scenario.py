import signal
import time

from order import require_one_bot


def run(world):
    world.use_nroxy()
    world.up()
    for service in ("bot", "worker"):
        before = time.time()
        world.kill_process(service, signal.SIGSTOP)
        world.until(lambda: world.restarted_after(service, before), 60, f"{service} hung and was not restarted")
        world.until_all_ready()
    require_one_bot(world)
