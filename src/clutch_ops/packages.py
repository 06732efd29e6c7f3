"""What an environment has, as JSON; run by its own Python:

    python -P packages.py MODULE...

Its version, its packages, those of the modules that it finds, and of each package that is not whole
the first file that is wrong.
"""

from __future__ import annotations

import csv
import json
import sys
from importlib.metadata import Distribution, distributions
from importlib.util import find_spec
from pathlib import Path


def wrong_in(one: Distribution) -> str | None:
    """The first file that is not as the package's own list has it, by existence and size."""
    for name, _, size in csv.reader((one.read_text("RECORD") or "").splitlines()):
        path = Path(str(one.locate_file(name)))
        # What Python compiles for itself has no size there, and may go at any time; what lies
        # outside (scripts, headers) is none of the site's.
        if not size or name.startswith(".."):
            continue
        try:
            found = path.stat().st_size
        except OSError:
            return f"{name} is gone"
        if found != int(size):
            return f"{name} has {found} bytes instead of {size}"
    return None


def main(modules: list[str]) -> None:
    """Print it."""
    found = list(distributions())
    told = {
        "version": sys.version_info[:3],
        "packages": {one.metadata["Name"]: one.version for one in found},
        "modules": [name for name in modules if find_spec(name)],
        "damaged": {one.metadata["Name"]: why for one in found if (why := wrong_in(one))},
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1:])
