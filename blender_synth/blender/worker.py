"""Renders frames in a process of its own (see `blender.job_server`): specs come in, raw frames go to disk.

`setup` comes first; then any number of `probe` (build a spec, render its labels, report who is seen) and `render`
(picture and files of the spec last probed).
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from blender_synth.blender import build, cycles, instance_table, label_pass, record
from blender_synth.blender.job_server import Handlers, Report
from blender_synth.blender.stage import Stage
from blender_synth.blender.weather import hdri
from blender_synth.settings import RenderSettings
from blender_synth.world.scene_spec import SceneSpec, spec_from_json


@dataclass(frozen=True)
class Probed:
    """A scene that was built and labelled; `seconds` that its stages took."""

    spec: SceneSpec
    stage: Stage
    labels: dict[str, np.ndarray]
    seconds: dict[str, float]


class Workbench:
    """Keeps the scene last built between `probe` and `render`.

    Args:
        render: fields of `RenderSettings`.
        packs: of each asset pack by name: `folder`, `kind`, and its credit (`name`, `licence`, `author`, `source`).
        scene_folder: of a scene with files of its own, else empty. report: gets events while items are read.
    """

    def __init__(
        self, render: dict[str, Any], packs: dict[str, dict[str, str]], scene_folder: str, report: Report
    ) -> None:
        self.report = report
        self.settings = RenderSettings(**render)
        self.packs, self.scene_folder = packs, Path(scene_folder)
        self.roots = {name: Path(pack["folder"]) for name, pack in packs.items()}
        self.device, self.device_name = cycles.choose_device(self.settings.device)
        self.probed: Probed | None = None

    def probe(self, spec_json: str) -> dict[str, Any]:
        """Build a spec, or move the scene last built to this view of it, and render its labels; returns
        `instance_table.seen_people` as `seen` and `seconds` by stage."""
        before, self.probed = self.probed, None
        start = time.perf_counter()
        spec = spec_from_json(spec_json)
        if before is not None and build.move_view(before.spec, spec, before.stage):
            stage = before.stage
        else:
            stage = build.build_scene(spec, self.roots, self.scene_folder, self.report)
            cycles.use_device(stage.scene, self.device)
        seed = spec.root_seed * 1_000_003 + spec.scene_index + 7_368_787 * spec.view
        cycles.apply_picture_settings(stage.scene, self.settings, seed)
        built = time.perf_counter()
        labels = label_pass.render_labels(stage)
        seconds = {"build": round(built - start, 3), "labels": round(time.perf_counter() - built, 3)}
        self.probed = Probed(spec, stage, labels, seconds)
        return {"seen": instance_table.seen_people(spec, stage, labels), "seconds": seconds}

    def render(self, folder: str, shortfall: str = "") -> dict[str, Any]:
        """Render the picture of the spec last probed and write the frame into `folder`.

        Args:
            shortfall: what the frame misses of the acceptance criteria, in words.
        """
        probed = self.probed
        if probed is None:
            raise RuntimeError("no spec was probed")
        facts = record.Facts(self._licences(probed.spec), self.device_name, shortfall)
        seconds = record.render_frame(Path(folder), probed.spec, probed.stage, probed.labels, facts)
        return {"seconds": {**probed.seconds, **seconds}}

    def _licences(self, spec: SceneSpec) -> list[dict[str, str]]:
        """Name, licence, author and source of every asset that the scene shows, each once."""
        shown = [self.packs["people"]] if spec.people or spec.lookalikes else []
        entries = [{key: pack[key] for key in ("name", "licence", "author", "source")} for pack in shown]
        if spec.weather.hdri and not spec.weather.hdri_credit:
            entries.append(hdri.credit(spec.weather.hdri, self.packs))
        scene = spec.scenery.attribution()
        for item in (*([] if scene is None else [scene]), *(item.attribution() for item in spec.pack_items())):
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
        "render": lambda folder, shortfall="": bench.render(folder, shortfall),
    }
