"""`python3 -m nroxy PART`: one image, started in different parts."""

import importlib
import sys

PARTS = {
    "migrate": ("nroxy.migrate", "run"),
    "web": ("nroxy.web", "run"),
    "worker": ("nroxy.worker", "run"),
    "bot": ("nroxy.bot", "run"),
    "check-web": ("nroxy.check", "web"),
}


def main() -> int:
    part = PARTS.get(sys.argv[1]) if len(sys.argv) == 2 else None
    if part is None:
        print(f"usage: nroxy {'|'.join(PARTS)}", file=sys.stderr)
        return 2
    module, function = part
    return getattr(importlib.import_module(module), function)() or 0


sys.exit(main())
