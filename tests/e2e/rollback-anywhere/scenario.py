import contextlib
import json
import shutil
import urllib.parse

from registry import ADDRESS, Registry
from world import require

STACK = f"""
x-stackd: {{releases: {{keep: 5}}}}
services:
  web:
    image: {ADDRESS}/shop/web:live
    pull_policy: ${{PULL:-missing}}
    command: [sh, -c, "trap 'exit 0' TERM; while :; do sleep 0.1; done"]
    volumes: ["./conf:/conf:ro", "./motd:/motd:ro"]
    secrets: [token]
    deploy: {{update_config: {{monitor: 100ms}}}}
secrets:
  token: {{file: ./token}}
"""


def write(world, version: str):
    for name in ("conf/web.conf", "motd", "token"):
        world.write(name, f"{name} of {version}\n")


def require_version(world, version: str):
    """What runs is this version in all its parts."""
    said = world.engine.execute(world.name("web"), "sh", "-c",
                                "echo $VERSION; cat /conf/web.conf /motd /run/secrets/token")
    wanted = [version] + [f"{name} of {version}" for name in ("conf/web.conf", "motd", "token")]
    require(said.split("\n")[:-1] == wanted, f"instead of {version} there is {said!r}")


def prune(world, all_unused: bool):
    filters = json.dumps({"dangling": ["false" if all_unused else "true"]})
    world.engine.post(f"/images/prune?{urllib.parse.urlencode({'filters': filters})}")


@contextlib.contextmanager
def stand_ins_kept(world):
    """The images that other scenarios need are in use, as far as pruning can tell; of several tags it leaves one."""
    engine = world.engine
    ids = {image: engine.get(f"/images/{image}/json")["Id"] for image in world.images.values()}
    made = [engine.post("/containers/create", {"Image": image, "Cmd": ["none"]})["Id"] for image in ids]
    try:
        yield
    finally:
        for image, identity in ids.items():
            name, tag = image.rsplit(":", 1)
            engine.post(f"/images/{identity}/tag?{urllib.parse.urlencode({'repo': name, 'tag': tag})}")
        for container in made:
            engine.delete(f"/containers/{container}")


def back(world, release: int, **options):
    done = world.ctl("rollback", "--to", str(release), **options)
    require(done.returncode == 0, f"rollback to {release} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def run(world):
    registry = Registry(world)
    try:
        with stand_ins_kept(world):
            go_back_and_forth(world, registry)
    finally:
        registry.stop()


def go_back_and_forth(world, registry):
    world.use_stack(STACK)
    world.start_stackd()
    for version in "12345":
        registry.push("shop/web", "live", version)
        write(world, version)
        world.order("up")
        require_version(world, version)

    # The tag is that of release 5 by now, and so are the files.
    back(world, 1)
    require_version(world, "1")

    # Nothing of the project is there any more, and what is dangling is pruned.
    shutil.rmtree(world.folder)
    prune(world, all_unused=False)
    nowhere = {"folder": world.home, "files": []}
    back(world, 2, **nowhere)
    require_version(world, "2")

    # Not even what has a tag: pulled again by the digest, which needs a login.
    prune(world, all_unused=True)
    before = world.ids()
    refused = world.ctl("rollback", "--to", "3", **nowhere)
    require(refused.returncode == 1 and "shop/web" in refused.stdout + refused.stderr,
            f"without a login: {refused.returncode}\n{refused.stdout}{refused.stderr}")
    require(world.ids() == before, "something was touched")
    registry.log_in()
    for release in (3, 4, 5):
        back(world, release, **nowhere)
        require_version(world, str(release))

    # Nor does the registry answer.
    prune(world, all_unused=True)
    registry.stop()
    before = world.ids()
    refused = world.ctl("rollback", **nowhere)
    told = refused.stdout + refused.stderr
    require(refused.returncode == 1 and "not on this host any more" in told, f"{refused.returncode}\n{told}")
    require(world.ids() == before, "something was touched")
    require_version(world, "5")

    # A deploy gets by tag and by digest what only the registry has, with the login.
    registry.start()
    world.folder.mkdir()
    world.use_stack(STACK)
    registry.push("shop/web", "live", "6")
    write(world, "6")
    world.order("up", environment={"PULL": "always"})
    require_version(world, "6")
    digest = world.engine.get(f"/images/{ADDRESS}/shop/web:live/json")["RepoDigests"][0]
    registry.push("shop/web", "live", "7")
    world.use_stack(STACK.replace(f"{ADDRESS}/shop/web:live", digest))
    world.order("up")
    require_version(world, "6")
