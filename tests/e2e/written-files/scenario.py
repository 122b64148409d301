from small import loop
from world import require

STACK = f"""
services:
  proxy:{loop()}
    restart: always
    volumes: ["./acme.json:/acme.json", "./proxy.conf:/proxy.conf:ro"]
    environment: {{ROUND: "${{ROUND}}"}}
    deploy: {{update_config: {{monitor: 100ms}}}}
"""


def run(world):
    read = lambda path: world.engine.execute(world.name("proxy"), "cat", path).strip()  # noqa: E731
    issue = lambda name: world.engine.execute(world.name("proxy"), "sh", "-c", f"echo {name} > /acme.json")  # noqa: E731
    world.use_stack(STACK)
    world.write("acme.json", "")
    world.write("proxy.conf", "one")
    world.start_stackd()
    world.order("deploy", environment={"ROUND": "1"})

    issue("first")
    world.order("restart")
    world.until_all_ready()
    require(read("/acme.json") == "first", f"after a restart it has {read('/acme.json')!r}")
    issue("second")
    world.engine.post(f"/containers/{world.name('proxy')}/kill", {})
    world.order("start")
    world.until_all_ready()
    require(read("/acme.json") == "second", f"after a kill it has {read('/acme.json')!r}")

    world.write("proxy.conf", "two")
    world.order("deploy", environment={"ROUND": "2"})
    issue("third")
    world.order("rollback")
    require(read("/proxy.conf") == "one", f"the read-only file says {read('/proxy.conf')!r}")
    require(read("/acme.json") == "third", f"after a rollback it has {read('/acme.json')!r}")

    world.order("forget")
    world.engine.post(f"/containers/{world.name('proxy')}/restart?t=1", {})
    require(read("/proxy.conf") == "one", "what it mounts went with the stack")
