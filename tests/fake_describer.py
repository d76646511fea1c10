"""Stands in for `blender.pack_loader.describe` in tests: dies or hangs over files that are named so."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

from blender_synth.blender.job_server import Handlers, Report


def handlers(report: Report) -> Handlers:
    """The job `describe`; its `triangles` are the id of this process."""

    def describe(file: str, **_: Any) -> dict[str, Any]:
        name = os.path.basename(file)
        if "crash" in name:
            os.kill(os.getpid(), signal.SIGSEGV)
        if "hang" in name:
            time.sleep(60)
        if "large" in name:
            raise MemoryError
        box = [[0, 0, 0], [1, 1, os.path.getsize(file)]]
        return {"box_m": box, "triangles": os.getpid(), "materials": [], "bones": {}, "problems": []}

    return {"describe": describe}
