from small import loop
from world import require

# Web has three containers, replaced one after the other; those of a release that asks for it end at once.
STACK = f"""
services:
  web:{loop("[ $$ROUND != wrong ] || exit 9;")}
    environment: {{ROUND: "${{ROUND}}"}}
    healthcheck: {{test: [CMD, "true"], interval: 30s, start_period: 10s}}
    cap_drop: ["${{DROPPED:-MKNOD}}"]
    scale: 3
    deploy: {{update_config: {{order: start-first, monitor: 1s, POLICY}}}}
"""


def rounds(world, state: str = "running") -> list:
    """Of the containers of web in this state."""
    there = world.engine.of_project("containers/json", world.project, all=1)
    return sorted(variable for container in there if container["State"] == state
                  for variable in world.engine.inspect(container["Id"])["Config"]["Env"] if variable.startswith("ROUND="))


def deploy(world, number: str, code: int, **environment: str) -> dict:
    done = world.ctl("deploy", environment={"ROUND": number, **environment})
    require(done.returncode == code, f"deploy ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return {**world.deploys()[0], "told": done.stdout + done.stderr}


def run(world):
    world.use_stack(STACK.replace("POLICY", "max_failure_ratio: 0.5"))
    world.start_stackd()
    world.order("up", environment={"ROUND": "good"})

    # More of them fail than may: those from before serve on.
    ended = deploy(world, "wrong", 1)
    require(ended["state"] == "reverted", f"the deploy is {ended}")
    world.until(lambda: rounds(world) == ["ROUND=good"] * 3, 10, "the former ones are not back")
    world.until(lambda: rounds(world, "exited") == [], 10, "there are leftovers")

    world.use_stack(STACK.replace("POLICY", "failure_action: continue"))
    for _ in range(2):  # every place was tried, and keeps the one that works; nothing piles up
        ended = deploy(world, "wrong", 0)
        require(ended["state"] == "live", f"the deploy is {ended}")
        world.until(lambda: rounds(world) == ["ROUND=good"] * 3, 10, f"{rounds(world)} run")
        world.until(lambda: rounds(world, "exited") == ["ROUND=wrong"] * 3, 10, f"{rounds(world, 'exited')} ended")
        world.use_stack(STACK.replace("POLICY", "failure_action: continue").replace("30s", "31s"))

    # What the engine refuses is broken as well, and that is said.
    ended = deploy(world, "refused", 0, DROPPED="NO_SUCH")
    require(ended["state"] == "live", f"the deploy is {ended}")
    said = "web is left broken, as its failure_action says, in 3 of 3 places"
    require(all(said in ended[words] and "NO_SUCH" in ended[words] for words in ("cause", "told")), f"it says {ended}")
    require(rounds(world) == ["ROUND=good"] * 3, f"{rounds(world)} run")

    ended = deploy(world, "better", 0)
    require(ended["state"] == "live", f"the deploy is {ended}")
    world.until(lambda: rounds(world) == ["ROUND=better"] * 3, 10, f"{rounds(world)} run")
    world.until(lambda: rounds(world, "exited") == [], 10, "there are leftovers")
