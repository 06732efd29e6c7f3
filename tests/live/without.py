"""The served site as it is where the package websockets is not installed."""

import runpy
import sys

# So an import fails as if there were no such package.
sys.modules["websockets"] = None  # type: ignore[assignment]

if __name__ == "__main__":
    runpy.run_module("tests.live.served", run_name="__main__", alter_sys=True)
