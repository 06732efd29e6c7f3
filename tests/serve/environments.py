"""Environments for a site that are made of what the tests' own environment has."""

from __future__ import annotations

import sysconfig
import venv
from importlib.metadata import distribution
from pathlib import Path


def environment_without(folder: Path, packages: set[str]) -> Path:
    """A virtual environment with all that this one has but those; its Python."""
    venv.create(folder, symlinks=True, with_pip=False)
    left_out = {
        file.parts[0] for name in packages for file in distribution(name).files or () if file.parts
    }
    (there,) = folder.glob("lib/python*/site-packages")
    for one in Path(sysconfig.get_path("purelib")).iterdir():
        if one.name not in left_out and one.suffix != ".pth":
            (there / one.name).symlink_to(one)
    return folder / "bin" / "python"
