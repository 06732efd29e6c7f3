"""The site that scenarios of updates copy is installed once for all tests."""

from tests.ops.conftest import installed

__all__ = ["installed"]
