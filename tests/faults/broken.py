"""Code of the site that raises while a file is there: put into its processes from outside.

The site is started with this folder's `sitecustomize` in front; nothing of the site knows of it.
"""

from __future__ import annotations

from pathlib import Path

from tests.serve.running import ROOT

_HOOK = """
import importlib.machinery
import os
import sys

SWITCH = {switch!r}
BREAKS = {breaks!r}


def breaking(work):
    def broken(*arguments, **named):
        if os.path.exists(SWITCH):
            raise RuntimeError("on purpose")
        return work(*arguments, **named)

    return broken


class Hook:
    def find_spec(self, name, path=None, target=None):
        if name not in BREAKS:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            for place in BREAKS[name]:
                owner, _, function = place.rpartition(".")
                holder = getattr(module, owner) if owner else module
                setattr(holder, function, breaking(getattr(holder, function)))

        spec.loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, Hook())
"""


Breaks = dict[str, tuple[str, ...]]


class Breaker:
    """Has functions of the site raise, from `on` until `off`.

    `breaks` names them by module, as `function` or `Class.method`.
    """

    def __init__(self, folder: Path, breaks: Breaks) -> None:
        self._switch = folder / "broken"
        hook = _HOOK.format(switch=str(self._switch), breaks=breaks)
        (folder / "sitecustomize.py").write_text(hook, encoding="utf-8")
        self.environment = {"PYTHONPATH": f"{folder}:{ROOT / 'src'}:{ROOT}"}

    def on(self) -> None:
        self._switch.touch()

    def off(self) -> None:
        self._switch.unlink()
