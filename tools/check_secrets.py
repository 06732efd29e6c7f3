"""No secret stands in the project's files; detect-secrets looks, without asking anybody outside.

Its entropy detectors are off (hashes, alphabets and ids would drown a find); its keyword detector
is off for tests and prose, where invented passwords belong. A line that must look like a secret
says so with ``pragma: allowlist secret``.
"""

import os
import sys
from pathlib import Path

from detect_secrets.pre_commit_hook import main as detect

from tools.tracked import ROOT, tracked_files

NOISY = ("Base64HighEntropyString", "HexHighEntropyString")
# Where one is to be put in, and a docstring that says when a refusal about one is raised.
INNOCENT = ("--exclude-secrets", "^password$", "--exclude-lines", r"\w: `\w+` ")
INVENTED = ("KeywordDetector", "BasicAuthDetector")


def holds_invented_passwords(path: Path) -> bool:
    return path.parts[0] == "tests" or path.suffix == ".md"


def scan(paths: list[Path], left_out: tuple[str, ...]) -> int:
    switches = [word for name in left_out for word in ("--disable-plugin", name)]
    return detect(["--no-verify", *INNOCENT, *switches, *map(str, paths)]) if paths else 0


def main() -> int:
    os.chdir(ROOT)
    files = [path for path in tracked_files() if path.suffix != ".lock"]
    code = scan([path for path in files if not holds_invented_passwords(path)], NOISY)
    rest = scan([path for path in files if holds_invented_passwords(path)], NOISY + INVENTED)
    return code or rest


if __name__ == "__main__":
    sys.exit(main())
