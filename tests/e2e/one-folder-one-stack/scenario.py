import shutil

from world import require

STACK = """
services:
  bot:
    image: ${BUSYBOX_IMAGE}
    command: [sh, -c, "trap 'exit 0' TERM; while :; do sleep 0.1; done"]
"""
NAMELESS = {"COMPOSE_PROJECT_NAME": ""}


def run(world):
    first, second = world.project, world.project + "-b"
    world.use_stack(f"name: {first}\n" + STACK)
    world.start_stackd()

    def ctl(*words, folder=None, environment=None):
        return world.ctl(*words, files=[], folder=folder, environment={**NAMELESS, **(environment or {})})

    def refused(done, *says: str):
        require(done.returncode == 1, f"ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        for words in (first, *says):
            require(words in done.stderr, f"does not say {words}:\n{done.stderr}")
        require(not world.engine.of_project("containers/json", second, all=1), "something was made")

    try:
        require(ctl("deploy").returncode == 0, "the first deploy failed")
        world.use_stack(f"name: {second}\n" + STACK)
        refused(ctl("deploy"), second, "--second-stack")
        require(ctl("plan").returncode == 1, "plan says nothing")
        refused(ctl("-p", second, "deploy"), second)
        refused(ctl("deploy", environment={"COMPOSE_PROJECT_NAME": second}), second)
        link = world.home / "link"
        link.symlink_to(world.folder)
        refused(ctl("deploy", folder=link), second)
        refused(ctl("-f", "compose.yaml", "deploy", folder=link), second)
        world.kill_stackd()
        world.start_stackd()
        world.until_all_ready()
        refused(ctl("deploy"), second)
        require(ctl("-p", first, "deploy").returncode == 0, "-p does not go on with it")

        # Without a name in the file a folder's own name counts: it is renamed.
        world.use_stack(STACK)
        renamed = world.home / second
        world.folder.rename(renamed)
        refused(ctl("deploy", folder=renamed), second, "--moved")
        require(ctl("-p", first, "deploy", "--moved", folder=renamed).returncode == 0, "--moved does not go on with it")
        renamed.rename(world.folder)
        require(ctl("-p", first, "deploy", "--moved").returncode == 0, "it does not move back")

        copy = world.home / second
        shutil.copytree(world.folder, copy)
        require(ctl("deploy", folder=copy).returncode == 0, "a copy is not another stack")
        require(ctl("down", folder=copy).returncode == 0 and ctl("forget", folder=copy).returncode == 0, "down")
        done = ctl("-p", second, "deploy", "--second-stack")
        require(done.returncode == 0, f"--second-stack ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        require(ctl("-p", second, "deploy").returncode == 0, "what was asked for once is asked for again")
    finally:
        world.engine.remove_project(second)
