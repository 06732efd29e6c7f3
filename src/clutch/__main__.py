"""`python -m clutch`: what `bin/clutch` starts in the release's environment."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command that was typed.

    A package that is missing from the environment is said in one sentence.
    """
    try:
        from clutch.cli.app import app

        app(prog_name=os.environ.get("TYPED_AS", "clutch"))
    except ModuleNotFoundError as error:
        missing = (error.name or "").split(".")[0]
        if missing in {"", "clutch", "clutch_ops"}:
            raise
        sys.stderr.write(f"The package {missing} is missing from the environment: {_remedy()}.\n")
        raise SystemExit(2) from None


def _remedy() -> str:
    from clutch.cli import is_in_checkout

    if is_in_checkout():
        return (
            "run `make run` once (or tools/bootstrap.sh run), which installs what "
            "requirements.lock lists"
        )
    return f"{sys.executable} -m pip check lists what is missing, and pip install brings it"


if __name__ == "__main__":
    main()
