"""Handlers like those of `blender.worker` that render nothing and fail at chosen frames, in a way that is asked for."""

from __future__ import annotations

import json
import os
import resource
import signal
import time
from pathlib import Path
from typing import Any

from blender_synth.blender.job_server import Handlers, Report
from tests.made_frames import make_frame


def handlers(report: Report) -> Handlers:
    """`faults`: what goes wrong, by the index of the frame: crash, killed, hang, memory, file_size or bug."""
    faults: dict[str, str] = {}
    held: dict[str, int] = {}

    def setup(**given: Any) -> dict[str, Any]:
        faults.update(given["faults"])
        return {"device": "fake", "blender": "none"}

    def probe(spec: str) -> dict[str, Any]:
        held["index"] = json.loads(spec)["scene_index"]
        fault = faults.get(str(held["index"]), "")
        if fault == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        elif fault == "killed":  # what the system does when memory runs out
            os.kill(os.getpid(), signal.SIGKILL)
        elif fault == "hang":
            time.sleep(60)
        elif fault == "memory":
            _, hard = resource.getrlimit(resource.RLIMIT_AS)
            resource.setrlimit(resource.RLIMIT_AS, (2**30, hard))
            try:
                bytearray(2**31)
            finally:
                resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        elif fault == "bug":
            raise ValueError("a bug")
        return {"seen": [], "seconds": {}}

    def render(folder: str, shortfall: str = "") -> dict[str, Any]:
        if faults.get(str(held["index"])) == "file_size":
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        make_frame(Path(folder), held["index"])
        return {"seconds": {"picture": 0.0}}

    return {"setup": setup, "probe": probe, "render": render}
