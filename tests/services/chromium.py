"""The system's Chromium, driven by Playwright's library; no browser is ever downloaded."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright._impl._driver import compute_driver_executable
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ADVICE = (
    "no Chromium that tests can drive: install it (Debian: apt-get install chromium libatomic1)"
)
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
    """Path of the system's Chromium, if there is one and Playwright's driver can run here."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found if found and driver_runs() else None


def driver_runs() -> bool:
    """The driver needs a library (libatomic) that a bare Debian lacks."""
    driver, _ = compute_driver_executable()
    return subprocess.run([driver, "--version"], capture_output=True, check=False).returncode == 0


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
