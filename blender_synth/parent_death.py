"""Processes that end with their parent."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from multiprocessing.connection import wait


def end_with_parent(parent: int = 0) -> None:
    """Have the system kill this process when its parent ends (Linux), also if that is killed.

    Args:
        parent: its process id, if it is known: it may be gone already.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if parent and os.getppid() != parent:  # it was gone before the call
            os._exit(1)


def end_with_starter() -> None:
    """The same for a process of `multiprocessing`, on all systems.

    With the start method `forkserver` its parent is the server, which lives as long as one of its processes does.
    """
    starter = multiprocessing.parent_process()
    if starter is None:
        return
    sentinel = starter.sentinel  # readable once the process that started this one is gone

    def watch() -> None:
        wait([sentinel])
        os._exit(1)

    threading.Thread(target=watch, name="end with starter", daemon=True).start()
