"""`clutch run`: the site for trying out, with a demo community when it is empty."""

from __future__ import annotations
