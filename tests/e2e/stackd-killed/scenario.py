from world import require

SERVICES = ("postgres", "migrate", "web", "worker", "bot", "caddy")


def run(world):
    world.use_nroxy()
    world.up()
    before = {service: (world.container(service)["Id"], world.started(service)) for service in SERVICES}

    def unchanged():
        return {service: (world.container(service)["Id"], world.started(service)) for service in SERVICES} == before

    world.kill_stackd()
    require(unchanged(), "a container changed when stackd was killed")
    world.start_stackd()
    world.until_all_ready()
    world.stays(unchanged, 4, "a container was changed by the new stackd")
    world.stop_stackd()

    # What fell meanwhile is found.
    world.kill_process("worker")
    world.until(lambda: not world.is_running("worker"), 5, "worker lives")
    world.start_stackd()
    world.until(lambda: world.is_running("worker"), 20, "worker is not back")
    world.until_all_ready()

    # Killed in the middle of a first start.
    world.order("down", "--volumes")
    world.ctl("up", "-d")
    world.until(lambda: world.is_running("postgres"), 20, "postgres does not run")
    world.kill_stackd()
    world.start_stackd()
    world.until_all_ready(60)
    require(world.logs("migrate").count("the schema is at version") == 1, "migrate ran more than once")
