from world import require


def run(world):
    world.use_nroxy()
    world.up()
    web = world.started("web")
    world.engine.post(f"/containers/{world.name('postgres')}/stop?t=5")
    world.until(lambda: world.container("web")["State"]["Health"]["Status"] == "unhealthy", 60, "web did not notice")
    world.stays(lambda: world.is_running("web") and world.started("web") == web, 20,
                "web was restarted although its database was away")
    require(world.state("postgres") == "stopped_outside", f"postgres is {world.state('postgres')}")
    why = world.order("why", "web")
    require("postgres" in why, f"why says:\n{why}")
    world.order("start", "postgres")
    world.until_all_ready()
    require(world.started("web") == web, "web was restarted after its database was back")
