from release import failed_release

BROKEN = """
services:
  web:
    entrypoint:
      - sh
      - -c
      - |
        python3 -m nroxy web &
        ask() { python3 -c "import urllib.request as u; u.urlopen('http://127.0.0.1:3000/health')"; }
        until ask 2>/dev/null; do sleep 0.1; done
        sleep 2; echo out of cheese; kill -9 $$!; exit 7
"""


def run(world):
    failed_release(world, BROKEN, "web-1 ended with 7", "out of cheese")
