"""Renders frames in a process of its own (see `blender.job_server`): specs come in, raw frames go to disk.

`setup` comes first; then any number of `probe` (build a spec, render its labels, report who is seen) and `render`
(picture and files of the spec last probed).
"""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import bpy

from blender_synth.blender import build, cycles, instance_table, label_pass, record
from blender_synth.blender.job_server import Handlers, Report
from blender_synth.blender.weather import hdri
from blender_synth.settings import RenderSettings
from blender_synth.world.scene_spec import spec_from_json


class Workbench:
    """Keeps the scene last built between `probe` and `render`."""

    def __init__(
        self, render: dict[str, Any], packs: dict[str, dict[str, str]], scene_folder: str, report: Report
    ) -> None:
        self.report = report
        self.settings = RenderSettings(**render)
        self.packs, self.scene_folder = packs, Path(scene_folder)
        self.roots = {name: Path(pack["folder"]) for name, pack in packs.items()}
        self.device, self.device_name = cycles.choose_device(self.settings.device)
        self.spec = self.stage = self.labels = None
        self.seconds: dict[str, float] = {}

    def probe(self, spec_json: str) -> dict[str, Any]:
        """Build a spec and render its labels."""
        self.spec = self.stage = self.labels = None
        start = time.perf_counter()
        spec = spec_from_json(spec_json)
        stage = build.build_scene(spec, self.roots, self.scene_folder, self.report)
        cycles.use_device(stage.scene, self.device)
        cycles.apply_picture_settings(stage.scene, self.settings, spec.root_seed * 1_000_003 + spec.scene_index)
        built = time.perf_counter()
        labels = label_pass.render_labels(stage)
        self.seconds = {"build": round(built - start, 3), "labels": round(time.perf_counter() - built, 3)}
        self.spec, self.stage, self.labels = spec, stage, labels
        return {"seen": instance_table.seen_people(spec, stage, labels)}

    def render(self, folder: str) -> dict[str, Any]:
        """Picture and files of the spec last probed, into `folder`."""
        credit = (self._licences(), self.device_name)
        self.seconds = record.render_frame(Path(folder), self.spec, self.stage, self.labels, credit, self.seconds)
        return {"seconds": self.seconds}

    def _licences(self) -> list[dict[str, str]]:
        """Name, licence, author and source of every asset that the scene shows, each once."""
        shown = [self.packs["people"]] if self.spec.people else []
        entries = [{key: pack[key] for key in ("name", "licence", "author", "source")} for pack in shown]
        if self.spec.weather.hdri and not self.spec.weather.hdri_credit:
            entries.append(hdri.credit(self.spec.weather.hdri, self.packs))
        scene = self.spec.scenery.attribution()
        for item in (*([] if scene is None else [scene]), *(item.attribution() for item in self.spec.pack_items())):
            entry = asdict(item)
            if entry not in entries:
                entries.append(entry)
        return entries


def handlers(report: Report) -> Handlers:
    """`setup`, then any number of `probe` and `render` of the spec last probed."""
    bench: Workbench

    def set_up(render: dict[str, Any], packs: dict[str, dict[str, str]], scene_folder: str) -> dict[str, Any]:
        nonlocal bench
        bench = Workbench(render, packs, scene_folder, report)
        return {"device": bench.device_name, "blender": bpy.app.version_string}

    return {
        "setup": set_up,
        "probe": lambda spec: bench.probe(spec),
        "render": lambda folder: bench.render(folder),
    }
