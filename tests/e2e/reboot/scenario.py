import time

from order import require_one_bot, require_order
from world import require


def run(world):
    world.use_nroxy()
    world.up()
    world.kill_stackd()
    world.engine.control("stop")
    before = time.time()
    compose = world.folder / "compose.yaml"
    compose.write_text(compose.read_text().replace("DOMAIN: ", "EDITED: yes\n      DOMAIN: "))

    world.engine.control("resume")
    world.start_stackd()
    for service in ("postgres", "web", "worker", "bot", "caddy"):
        world.until(lambda: world.restarted_after(service, before), 60, f"{service} is not back")
    world.until_all_ready()
    require_order(world, migrated_before=before)
    require_one_bot(world)
    require("EDITED=yes" not in world.container("caddy")["Config"]["Env"], "a reboot deployed the edited file")
    world.until(lambda: world.stack()["file_changed"], 10, "status does not say that the file changed")

    # The folder may even be gone.
    compose.unlink()
    world.stop_stackd()
    world.start_stackd()
    world.until_all_ready()
