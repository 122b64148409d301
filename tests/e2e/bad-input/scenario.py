from small import loop
from world import require

GOOD = f"""services:
  web:{loop()}""".rstrip() + "\n"


def run(world):
    world.start_stackd()

    def refused(what: str, text: str, *parts: str, code: int = 1, files=("compose.yaml",), verb=("up",), **options):
        world.write("compose.yaml", text)
        done = world.ctl(*verb, files=list(files), **options)
        said = done.stdout + done.stderr
        require(done.returncode == code, f"{what}: ended with {done.returncode}, not {code}:\n{said}")
        for part in parts:
            require(part in said, f"{what}: the message lacks {part!r}:\n{said}")
        left = [container["Names"] for container in world.engine.of_project("containers/json", world.project, all=1)
                if container["State"] == "running"]
        require(not left, f"{what}: left {left} running")

    refused("an unknown key", GOOD + "    comand: [x]\n", "compose.yaml:5:5", "comand", "command")
    refused("a cycle", GOOD + "    depends_on: [api]\n  api:\n    image: x\n    depends_on: [web]\n", "compose.yaml:", "api -> web -> api")
    refused("broken YAML", "services:\n  web: [\n", "compose.yaml:")
    refused("a missing variable", GOOD + "    environment: {KEY: '${MISSING:?say it}'}\n", "MISSING", "say it", "compose.yaml:5")
    refused("an unreadable env file", GOOD + "    env_file: nowhere.env\n", "nowhere.env")
    refused("a missing file", GOOD, "nothere.yaml", files=("nothere.yaml",))
    refused("a missing image", "services:\n  web:\n    image: nroxy-standin/none:1\n", "nroxy-standin/none:1")
    refused("an unknown command", GOOD, "upp", code=2, verb=("upp",))
    refused("an unknown flag", GOOD, "--nope", code=2, verb=("up", "--nope"))
    refused("no daemon", GOOD, "nowhere.sock", code=3, verb=("status",), socket=str(world.folder / "nowhere.sock"))
    refused("an unknown stack", GOOD, "nobody", code=4, verb=("-p", "nobody", "status"))

    # A port that somebody else has.
    taken = world.engine.post("/containers/create?name=taken", {
        "Image": world.images["BUSYBOX_IMAGE"], "Cmd": ["sleep", "1000"],
        "HostConfig": {"PortBindings": {"9999/tcp": [{"HostPort": "9999"}]}}, "ExposedPorts": {"9999/tcp": {}}})["Id"]
    world.engine.post(f"/containers/{taken}/start")
    try:
        refused("a taken port", GOOD + '    ports: ["9999:9999"]\n', "9999")
    finally:
        world.engine.delete(f"/containers/{taken}?force=1")

    # And then it works.
    world.write("compose.yaml", GOOD)
    done = world.ctl("up", files=["compose.yaml"])
    require(done.returncode == 0, f"the good file is refused:\n{done.stdout}{done.stderr}")
