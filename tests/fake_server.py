"""Handlers for `blender.job_server` that need no Blender and misbehave on demand."""

from __future__ import annotations

import os
import resource
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from blender_synth.blender.job_server import Handlers, Report
from blender_synth.errors import AssetError, ConfigError, ItemError


def handlers(report: Report) -> Handlers:
    """Jobs named after what they do to the process."""

    def setup(**setup: Any) -> dict[str, Any]:
        if setup.get("device") == "tpu":
            raise ConfigError("there is no such device", key="render.device", value="tpu", hint="use cpu")
        return {"device": "fake", "pid": os.getpid()}

    def echo(**fields: Any) -> dict[str, Any]:
        print("noise on standard output")
        print("noise on standard error", file=sys.stderr)
        return {**fields, "pid": os.getpid()}

    def surroundings() -> dict[str, Any]:
        return {
            "path": sys.path,
            "temporary": tempfile.gettempdir(),
            "limit": resource.getrlimit(resource.RLIMIT_AS)[0],
            "package": sys.modules["blender_synth"].__file__,
        }

    def part_of_machine() -> dict[str, Any]:
        return {"environment": dict(os.environ), "cpus": sorted(os.sched_getaffinity(0))}

    def crash(number: int = signal.SIGSEGV, opening: list[list[str]] = (), opened: bool = False) -> dict[str, Any]:
        Path(tempfile.gettempdir(), "left_over").write_text("x")
        for pack, item in opening:
            report("opening", pack=pack, item=item)
            if opened:
                report("opened")
        print("last line", file=sys.stderr, flush=True)
        os.kill(os.getpid(), number)
        time.sleep(60)
        raise AssertionError

    def leave(status: int) -> dict[str, Any]:
        os._exit(status)

    def hang(seconds: float = 60.0) -> dict[str, Any]:
        time.sleep(seconds)
        return {}

    def allocate(size: int) -> dict[str, Any]:
        return {"size": len(bytearray(size))}

    def count(total: int) -> dict[str, Any]:
        for done in range(total):
            report("progress", done=done, total=total)
        return {}

    def fail(how: str) -> dict[str, Any]:
        errors: dict[str, Exception] = {
            "asset": AssetError("the file is damaged", file=Path("a.obj"), key="file", value=[1, None], hint="fix it"),
            "item": ItemError.of(AssetError("it is damaged", value=None), "mix", "crate"),
            "disk": OSError(28, "No space left on device", "/full"),
            "bug": ValueError("a bug"),
            "family": type("OwnError", (AssetError,), {})("of a plug-in"),
        }
        raise errors[how]

    def probe(spec: str) -> dict[str, Any]:
        return {"seen": []} if spec == "{}" else crash(**{"opening": [["mix", "crate"]], "opened": spec == "opened"})

    return {
        "setup": setup, "echo": echo, "surroundings": surroundings, "crash": crash, "leave": leave, "hang": hang,
        "part_of_machine": part_of_machine,
        "allocate": allocate, "count": count, "fail": fail, "probe": probe,
    }  # fmt: skip
