from release import SERVICES, Live, require_deploy
from world import require


def run(world):
    world.use_nroxy("services: {caddy: {x-stackd: {reload: !reset null}}}\n")
    world.up()
    world.until(world.page_answers, 20, "the page does not answer")
    live = Live(world, SERVICES)
    world.write("caddy/Caddyfile", "http:// {\n\tno_such_directive\n}\n")
    done = world.ctl("deploy")
    require(done.returncode == 1, f"deploy ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    require_deploy(world, "reverted", "caddy-1", "no_such_directive")
    live.require_back(("postgres", "web", "worker", "bot"))
    world.until(world.page_answers, 20, "the page does not answer again")
