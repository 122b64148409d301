import kills


def run(world):
    kills.run(world, count=12, seed=20260)
