"""The system's Chromium, driven by Playwright's library; no browser is ever downloaded."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ADVICE = "no Chromium on this machine: install it (Debian: apt-get install chromium)"
SWITCHES = (
    # Only our own pages are looked at, and root and containers have no sandbox.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    found = (shutil.which(name) for name in NAMES)
    return next(filter(None, found), None)


@contextmanager
def launched(executable: str, home: Path) -> Iterator[Browser]:
    """A headless browser that keeps its files in the given home, not in the user's."""
    surroundings = {"PATH": os.environ["PATH"], "HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=SWITCHES, env={**surroundings}
        )
        try:
            yield browser
        finally:
            browser.close()
