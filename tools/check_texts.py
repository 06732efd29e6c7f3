"""No file of the project names a developer's machine or a package registry's host.

What works only where it was written must not be committed, and whoever mirrors a registry does not
find ours in the way.
"""

import re
import sys
from collections.abc import Iterator

from tools.tracked import ROOT, tracked_files

FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.])/(?:work|root|home|farm|Users)/[a-z.]"),
    "a package registry's host": re.compile(
        r"\b(?:pypi|pythonhosted|npmjs|crates|debian|rubygems|yarnpkg)\.(?:org|com|io)\b"
    ),
}


def faults_in(text: str) -> Iterator[tuple[int, str]]:
    """Line number and what is wrong with it."""
    for number, line in enumerate(text.splitlines(), start=1):
        for kind, pattern in FORBIDDEN.items():
            if pattern.search(line):
                yield number, kind


def main() -> int:
    found = 0
    for path in tracked_files():
        text = (ROOT / path).read_text(encoding="utf-8", errors="ignore")
        for number, kind in faults_in(text):
            print(f"{path}:{number}: names {kind}")
            found += 1
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
