from small import loop
from world import require


def stack(service: str, name: str) -> str:
    return f"services:\n  {service}:{loop()}    container_name: {name}\n"


def run(world):
    world.engine.post("/containers/create?name=e2e-strange", {"Image": world.images["BUSYBOX_IMAGE"]})
    world.engine.post(f"/containers/create?name={world.name('usual')}", {"Image": world.images["BUSYBOX_IMAGE"]})
    world.start_stackd()
    world.use_stack(stack("old", "e2e-fixed"))
    world.order("deploy")
    before = world.runs()

    for text, place, name in ((stack("old", "e2e-strange"), "compose.yaml:5:", "e2e-strange"),
                              (f"services:\n  usual:{loop()}", "compose.yaml:3", world.name("usual"))):
        world.use_stack(text)
        for order in ("plan", "deploy"):
            done = world.ctl(order)
            said = done.stdout + done.stderr
            require(order == "plan" or done.returncode == 1, f"a deploy of a taken name succeeds:\n{said}")
            told = [line for line in said.splitlines() if f"the name {name} is taken by" in line]
            require(told and place in told[0], f"{order} does not tell that {name} is taken at {place}:\n{said}")
        require(world.runs() == before, "the refused deploy touched something")

    world.use_stack(stack("fresh", "e2e-fixed"))
    world.order("deploy")
    require(list(world.runs()) == ["e2e-fixed"], f"there is {list(world.runs())}")
