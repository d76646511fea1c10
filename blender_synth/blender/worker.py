"""The process that owns Blender: specs come in over a pipe, raw frames go out to disk.

Messages are JSON. The first, `setup`, is answered by `ready`; then any number of `probe` (build a spec, render its
labels, tell who is seen) and `render` (picture and files of the spec last probed). Every answer has `ok`; an error
leaves the process usable. It ends when its pipe closes, or with its parent.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import time
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from blender_synth.errors import BlenderSynthError, ItemError

try:
    import bpy
except ImportError as _error:
    bpy, _IMPORT_ERROR = None, _error


class Workbench:
    """Keeps the scene last built between `probe` and `render`."""

    def __init__(self, render: dict, packs: dict[str, dict]):
        from blender_synth.blender import cycles
        from blender_synth.settings import RenderSettings

        self.settings = RenderSettings(**render)
        self.packs = packs
        self.roots = {name: Path(pack["folder"]) for name, pack in packs.items()}
        self.device, self.device_name = cycles.choose_device(self.settings.device)
        self.spec = self.stage = self.labels = None
        self.seconds: dict[str, float] = {}

    def probe(self, spec_json: str) -> dict[str, Any]:
        """Build a spec and render its labels."""
        from blender_synth.blender import build, cycles, label_pass, record
        from blender_synth.world.scene_spec import spec_from_json

        self.spec = self.stage = self.labels = None
        start = time.perf_counter()
        spec = spec_from_json(spec_json)
        stage = build.build_scene(spec, self.roots)
        cycles.use_device(stage.scene, self.device)
        cycles.apply_picture_settings(stage.scene, self.settings, spec.root_seed * 1_000_003 + spec.scene_index)
        built = time.perf_counter()
        labels = label_pass.render_labels(stage)
        self.seconds = {"build": round(built - start, 3), "labels": round(time.perf_counter() - built, 3)}
        self.spec, self.stage, self.labels = spec, stage, labels
        return {"seen": record.seen_people(spec, stage, labels)}

    def render(self, folder: str) -> dict[str, Any]:
        """Picture and files of the spec last probed, into `folder`."""
        from blender_synth.blender import record

        credit = (self._licences(), self.device_name)
        self.seconds = record.render_frame(Path(folder), self.spec, self.stage, self.labels, credit, self.seconds)
        return {"seconds": self.seconds}

    def _licences(self) -> list[dict[str, str]]:
        """Name, licence, author and source of every asset that the scene shows, each once."""
        shown = [self.packs["people"]] if self.spec.people else []
        entries = [{key: pack[key] for key in ("name", "licence", "author", "source")} for pack in shown]
        if self.spec.weather.hdri and not self.spec.weather.hdri_credit:
            from blender_synth.blender.weather import hdri

            entries.append(hdri.credit(self.spec.weather.hdri, self.packs))
        for item in self.spec.from_packs():
            name = f"{item.pack}/{item.item}"
            entry = {"name": name, "licence": item.licence, "author": item.author, "source": item.source}
            if entry not in entries:
                entries.append(entry)
        return entries


def serve(connection: Connection) -> None:
    """Answer messages until the pipe closes."""
    bench: Workbench | None = None
    while True:
        try:
            message = json.loads(connection.recv_bytes())
        except EOFError:
            return
        try:
            if message["do"] == "setup":
                bench = _set_up(message)
                answer = {"device": bench.device_name, "blender": bpy.app.version_string}
            elif message["do"] == "probe":
                answer = bench.probe(message["spec"])
            else:
                answer = bench.render(message["folder"])
            answer |= {"ok": True, "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}
        except ItemError as error:
            answer = {"ok": False, "type": "ItemError", "error": str(error), "item": (error.pack, error.item)}
        except BlenderSynthError as error:
            answer = {"ok": False, "type": type(error).__name__, "error": str(error)}
        except OSError as error:
            answer = {"ok": False, "type": "OSError", "errno": error.errno, "error": str(error)}
        except Exception:
            answer = {"ok": False, "type": "defect", "error": traceback.format_exc()}
        connection.send_bytes(json.dumps(answer).encode())


def _set_up(message: dict) -> Workbench:
    if bpy is None:
        from blender_synth.blender.system_libraries import explain

        raise explain(_IMPORT_ERROR)
    from blender_synth.blender import props

    props.say = lambda text: print(text, file=sys.stderr, flush=True)
    return Workbench(message["render"], message["packs"])


def main() -> None:
    """`python -m blender_synth.blender.worker FD PARENT`: our end of the parent's socket pair; the parent's pid."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: never outlive the parent
        if os.getppid() != int(sys.argv[2]):  # it went before we asked
            return
    with Connection(int(sys.argv[1])) as connection:
        serve(connection)


if __name__ == "__main__":
    main()
