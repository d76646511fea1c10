"""Stands in for `blender.pack_loader.describe` in tests: dies or hangs over files that are named so."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from blender_synth.blender.job_server import Handlers, Report
from blender_synth.packs import limits
from blender_synth.packs.limits import within_limits


def handlers(report: Report) -> Handlers:
    """The job `describe`; its `triangles` are the id of this process."""

    limits.CPU_S = 1.0

    def describe_job(file: str, size: int, **_: Any) -> dict[str, Any]:
        return within_limits(report, Path(file), size, lambda: describe(file))

    def describe(file: str) -> dict[str, Any]:
        name = os.path.basename(file)
        if "crash" in name:
            os.kill(os.getpid(), signal.SIGSEGV)
        if "hang" in name:
            time.sleep(60)
        if "large" in name:
            return {"large": len(bytes(700_000_000))}
        if "slow" in name:
            while True:
                pass
        box = [[0, 0, 0], [1, 1, os.path.getsize(file)]]
        return {"box_m": box, "triangles": os.getpid(), "materials": [], "bones": {}, "problems": []}

    return {"describe": describe_job}
