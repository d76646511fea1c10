"""Keeps the working directory off the import path of the command and of every process that it starts.

The working directory may be an untrusted pack, a scene or a run, whose `numpy.py` must not run. Python puts it on the
path for `-m`, and for empty or relative entries of PYTHONPATH. What Python itself imports before this module
(`sitecustomize`, `usercustomize`) can only be kept out by the user's own environment.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

PACKAGE_PARENT = str(Path(__file__).resolve().parents[1])


def absolute_entries(python_path: str) -> list[str]:
    """The entries of a PYTHONPATH that do not depend on the working directory."""
    return [entry for entry in python_path.split(os.pathsep) if os.path.isabs(entry)]


def secure() -> None:
    """Clean `sys.path` and the environment, which children inherit: those of Hydra's launchers too."""
    written = os.environ.get("PYTHONPATH", "")
    kept = absolute_entries(written)
    relative = {os.path.abspath(entry) for entry in written.split(os.pathsep) if written and not os.path.isabs(entry)}
    relative -= {os.path.abspath(entry) for entry in kept}
    sys.path[:] = [entry for entry in sys.path if os.path.isabs(entry) and os.path.abspath(entry) not in relative]
    if PACKAGE_PARENT not in sys.path:
        sys.path.append(PACKAGE_PARENT)  # the package is not installed, and was found by the working directory
        kept.append(PACKAGE_PARENT)
    if kept or written:
        os.environ["PYTHONPATH"] = os.pathsep.join(kept)
    os.environ["PYTHONSAFEPATH"] = "1"
