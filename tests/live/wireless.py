"""The served site on a server that gives WebSockets no wire: only the public way is left."""

import sys

from clutch.web.live import push
from tests.live import served

if __name__ == "__main__":
    push._NEEDED = ("what uvicorn has not",)  # type: ignore[assignment]
    sys.exit(served.main())
