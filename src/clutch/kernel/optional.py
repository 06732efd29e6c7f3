"""Packages that the site can do without. Nothing else imports them.

```python
redis = optional.load("redis")
if not redis:
    capabilities.declare("redis", State.ABSENT, optional.MISSING, **redis.facts)
```
"""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from types import ModuleType
from typing import Final, Literal

from clutch.kernel.refusals import N_

# Package (as it is imported) to the extra of pyproject.toml that brings it.
EXTRAS: Final = {
    "redis": "redis",
    "openskill": "statistics",
    "prometheus_client": "metrics",
    "websockets": "live",
}
MISSING: Final = N_("The package {package} is not installed.")


@dataclass(frozen=True)
class Absent:
    """A package that is not installed; false, so that `if not redis:` reads well."""

    package: str
    extra: str

    def __bool__(self) -> Literal[False]:
        return False

    @property
    def facts(self) -> dict[str, str]:
        """The facts of the sentence `MISSING`."""
        return {"package": self.package}


def lack(package: str) -> Absent | None:
    """`Absent` when a package is not installed; it is not imported for that."""
    absent = Absent(package, EXTRAS[package])
    try:
        return None if importlib.util.find_spec(package) else absent
    except ModuleNotFoundError:
        # Who hides packages, to see how the site does without, raises where others give None.
        return absent


def load(module: str) -> ModuleType | Absent:
    """A module of an optional package, or `Absent` when that package is not installed.

    Whatever else goes wrong while it is imported is a bug of the installation and is raised:
    a site that starts without what its operator installed would hide it.
    """
    package = module.partition(".")[0]
    extra = EXTRAS[package]
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        return Absent(package, extra)
