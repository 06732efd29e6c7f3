"""Whether an optional package is there, asked without importing it."""

from __future__ import annotations

import sys

import pytest

from clutch.kernel import optional

PACKAGE = "prometheus_client"


class Hiding:
    """What an update hides packages by, to see how a release does without."""

    def find_spec(self, name: str, *_: object) -> None:
        if name == PACKAGE:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def test_a_package_that_is_hidden_is_as_absent_as_one_that_is_not_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert optional.lack(PACKAGE) is None
    monkeypatch.delitem(sys.modules, PACKAGE, raising=False)
    monkeypatch.setattr(sys, "meta_path", [Hiding(), *sys.meta_path])
    assert optional.lack(PACKAGE) == optional.Absent(PACKAGE, "metrics")
