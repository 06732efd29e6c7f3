"""How much memory processes that live long hold on to."""

from __future__ import annotations

import subprocess
import sys

import pytest

from clutch.cli.serving.memory import ARENAS

# Each thread asks for memory while the others have some, as those that draw pages do.
_MANY_THREADS = """
import ctypes, os, sys, tempfile, threading
from clutch.cli.serving.memory import share_arenas

if sys.argv[1] == "shared":
    share_arenas()
together = threading.Barrier(16)

def work():
    kept = [os.urandom(2000) for _ in range(50)]
    together.wait()
    del kept

threads = [threading.Thread(target=work) for _ in range(16)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
with tempfile.NamedTemporaryFile() as told:
    file = ctypes.c_void_p(libc.fopen(told.name.encode(), b"w"))
    libc.malloc_info(0, file)
    libc.fclose(file)
    print(told.read().count(b"<heap nr="))
"""


def arenas(how: str) -> int:
    ran = subprocess.run(
        [sys.executable, "-c", _MANY_THREADS, how], capture_output=True, text=True, check=True
    )
    return int(ran.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's own measure")
def test_threads_share_what_memory_the_process_has() -> None:
    assert arenas("by itself") > ARENAS
    assert arenas("shared") <= ARENAS
