"""Processes that end with their parent."""

from __future__ import annotations

import ctypes
import os
import signal
import sys


def end_with_parent(parent: int = 0) -> None:
    """Have the system kill this process when its parent ends (Linux), also if that is killed.

    Args:
        parent: its process id, if it is known: it may be gone already.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if parent and os.getppid() != parent:  # it was gone before the call
            os._exit(1)
