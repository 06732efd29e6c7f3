"""The served site on a uvicorn that has moved what we lean on: only the public way is left."""

import runpy
import sys

import uvicorn.protocols.websockets.auto  # noqa: F401 - uvicorn itself still finds its protocol

# So an import fails as if uvicorn had no such module.
sys.modules["uvicorn.protocols.websockets.websockets_sansio_impl"] = None  # type: ignore[assignment]

if __name__ == "__main__":
    runpy.run_module("tests.live.served", run_name="__main__", alter_sys=True)
