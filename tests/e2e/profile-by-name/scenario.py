from world import require

LOOP = """[sh, -c, "trap 'exit 0' TERM; while :; do sleep 0.1; done"]"""


def service(name: str, more: str = "") -> str:
    return f"  {name}: {{image: $BUSYBOX_IMAGE, command: {LOOP}, {more}}}\n"


def run(world):
    world.use_stack("services:\n" + service("web") + service("toolsdb", "profiles: [tools]") +
                    service("shell", "profiles: [tools], depends_on: [toolsdb]") +
                    service("extra", "profiles: [tools]") + service("other", "profiles: [other]"))
    world.up()
    require(set(world.containers()) == {world.name("web")}, f"{set(world.containers())}")
    world.order("plan", "web")
    world.order("deploy", "shell")
    there = world.runs()
    require(set(there) == {world.name(name) for name in ("web", "toolsdb", "shell")}, f"{set(there)}")

    def untouched(what: str):
        world.stays(lambda: world.runs() == there, 2, f"{what} touched something: {set(world.containers())}")
        require(not world.stack()["warnings"] and not world.stack()["file_changed"], f"{what}: {world.stack()}")

    untouched("a deploy by name")
    world.order("deploy")
    untouched("a deploy without names")
    world.kill_stackd()
    world.start_stackd()
    world.until_all_ready()
    untouched("the next stackd")
    require(world.ctl("plan").returncode == 0, "there is something to do")
    world.order("restart", "shell")
    world.order("stop", "shell")
    require(not world.is_running("shell") and world.is_running("toolsdb"), "stop by name")
    world.order("down")
    world.until(lambda: not world.containers(), 30, "down leaves containers")
