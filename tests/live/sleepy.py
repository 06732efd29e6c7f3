"""The served site with tails that hardly look by themselves: only who is woken hears of news."""

import sys

from clutch.live import tail
from tests.live import served

if __name__ == "__main__":
    tail.LOOK_EVERY_S = 60.0
    sys.exit(served.main())
