"""Memory of many threads in few places, seen in a process of its own."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

COUNT = """
import ctypes, os, re, tempfile, threading
from mattebox.allocator import share_arenas

share_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fopen.restype = ctypes.c_void_p
all_there = threading.Barrier(16)

def work():
    all_there.wait()
    libc.malloc(5000)
    all_there.wait()

threads = [threading.Thread(target=work) for _ in range(16)]
for each in threads: each.start()
for each in threads: each.join()
with tempfile.NamedTemporaryFile() as file:
    stream = ctypes.c_void_p(libc.fopen(file.name.encode(), b"w"))
    libc.malloc_info(0, stream)
    libc.fclose(stream)
    print(len(re.findall("<heap nr", open(file.name).read())))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no arenas")
def test_many_threads_share_two_arenas() -> None:
    said = subprocess.run(
        [sys.executable, "-c", COUNT], capture_output=True, text=True, check=True, env={}
    )
    assert 1 <= int(said.stdout) <= 2


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no arenas")
def test_a_number_that_was_given_is_left_alone() -> None:
    said = subprocess.run(
        [sys.executable, "-c", COUNT],
        capture_output=True,
        text=True,
        check=True,
        env={"MALLOC_ARENA_MAX": "6"},
    )
    assert 3 <= int(said.stdout) <= 6
