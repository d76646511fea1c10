"""`make bench-refine`: the controlled test of `refine`. The photographs are other scenes through a known camera.

Usage: python -m blender_synth.dev.bench_refine [runs=[RUN,...]] [output=out/bench-refine] [key=value ...]

Further keys are those of `refine fit`. `generate={steps: 2000}` adds a row of `refine generate` with these keys, and
painted.jpg.

Without `runs` it renders 48 frames of streets and plazas. Every second frame is developed through another camera
(`CAMERA`: fog, warm white balance, linear tone curve, noise, blur, vignetting) and becomes a photograph; the others
are refined. The row `known camera` is what a perfect refiner would reach: frames through that camera itself. Writes
strip.jpg with frames, refined frames and frames through the camera. Prints the table, pictures a second, and as the
last line `gain <number>`: per cent off the distance.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import yaml

from blender_synth.develop.picture import develop
from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import RunError
from blender_synth.exporters.pictures import write_image
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.frames.run_folder import find_runs, frames_of
from blender_synth.learn import require_torch
from blender_synth.progress import each

if TYPE_CHECKING:
    from blender_synth.refine.inputs import FrameInput
    from blender_synth.refine.model import Refiner

CAMERA = DevelopSettings(
    exposure_ev=(-0.8, -0.7), mor_m=(1500.0,), tone_curve="linear", white_balance="daylight", warmth_ev=(0.6, 0.7),
    iso=(800.0, 800.0), vignetting_ev=(1.2, 1.4), blur_px=(0.6, 0.7),
)  # fmt: skip
_SCENES = ("street", "plaza")
_RENDER = (
    "render=draft", "render.width_px=320", "render.height_px=180", "render.samples=4", "mirrors=wall", "frames=24",
)  # fmt: skip
_SHOWN = 4
_SPEED_PX = (640, 360)


def main(words: Sequence[str]) -> None:
    """Run the bench."""
    require_torch("bench-refine", "refine")
    from blender_synth.refine.distance import Photographs
    from blender_synth.refine.features import Extractor
    from blender_synth.refine.fit import fit_frames
    from blender_synth.refine.measure import features_of, row_of, table_of
    from blender_synth.refine.page import write_strip
    from blender_synth.refine.photos import read_photos
    from blender_synth.refine.settings import FitSettings, read_words

    given = dict(word.partition("=")[::2] for word in words)
    output = Path(given.pop("output", "out/bench-refine"))
    runs = yaml.safe_load(given.pop("runs", "[]"))
    paints = yaml.safe_load(given.pop("generate", "null"))
    frames = [frame for run in find_runs([runs] if isinstance(runs, str) else runs or _rendered(output))
              for frame in frames_of(run)]  # fmt: skip
    mine, others = frames[0::2], frames[1::2]
    if len(mine) < 8:
        raise RunError("the controlled test needs 16 frames or more", key="runs", value=len(frames))
    photos = output / "photos"
    for number, frame in enumerate(each(others, "photographs", "picture")):
        file = photos / f"{number:04d}.png"
        if not file.is_file():
            photos.mkdir(parents=True, exist_ok=True)
            write_image(file, cv2.cvtColor(_through_camera(frame), cv2.COLOR_RGB2BGR))
    fixed = [f"photos={photos}", f"model={output / 'model'}", "runs=unused", "steps=600"]
    settings = read_words([*fixed, *(f"{k}={v}" for k, v in given.items())], FitSettings, "bench")
    refiner, facts, measured = fit_frames(settings, [(frame, DevelopSettings()) for frame in mine])
    shorter_px = min(mine[0].size_px)
    read = read_photos(photos, shorter_px, settings.max_photos, settings.from_video, settings.seed)
    held = [read.pictures[i] for i in range(len(read.pictures)) if i % 4 == 3]
    camera = [_through_camera(RawFrame(frame.folder)) for frame in measured]
    features = None if settings.extractor is None else features_of(Extractor(settings.extractor), held)
    facts["rows"]["known camera"] = row_of(
        measured, camera, Photographs(held), refiner.segmenter, refiner.tones, features
    )
    chosen = np.linspace(0, len(measured) - 1, min(_SHOWN, len(measured))).astype(int)
    write_strip(output / "strip.jpg", [(measured[i].picture, refiner.refined(measured[i]), camera[i]) for i in chosen])
    if paints is not None:
        facts["rows"]["generated"] = _painted(paints, mine, output)
    for line in table_of(facts):
        print(line)
    a_second, cpu_s = _speed(refiner, measured[0])
    print(f"{a_second:.2f} pictures a second at {_SPEED_PX[0]} x {_SPEED_PX[1]}, {cpu_s:.2f} CPU seconds each")
    rows = facts["rows"]
    print(f"gain {100 * (1 - rows['refined']['distance'] / rows['unrefined']['distance']):.1f}")


def _painted(given: dict[str, Any], frames: Sequence[RawFrame], output: Path) -> dict[str, Any]:
    """The row of a painter that learned from the same photographs; its strip is painted.jpg."""
    from blender_synth.refine.generate import train_painter
    from blender_synth.refine.inputs import coloured_labels
    from blender_synth.refine.page import write_strip
    from blender_synth.refine.settings import GenerateSettings
    from blender_synth.validation import validate

    fixed = {"photos": str(output / "photos"), "model": str(output / "painter"), "runs": ["unused"], "output": "unused"}
    settings = validate(GenerateSettings, {**fixed, **given}, "bench generate")
    painter, facts, measured = train_painter(settings, [(frame, DevelopSettings()) for frame in frames])
    chosen = np.linspace(0, len(measured) - 1, min(_SHOWN, len(measured))).astype(int)
    columns = [(measured[i].picture, coloured_labels(measured[i]), painter.refined(measured[i])) for i in chosen]
    write_strip(output / "painted.jpg", columns)
    row: dict[str, Any] = facts["rows"]["generated"]
    return row


def _through_camera(frame: RawFrame) -> np.ndarray:
    settings = CAMERA if frame.meta.medium.kind == "analytic" else replace(CAMERA, mor_m=None)
    return develop(frame, settings)


def _rendered(output: Path) -> list[str]:
    from blender_synth import pipeline
    from blender_synth.config import compose

    folders = []
    for scene in _SCENES:
        folders.append(str(output / scene))
        pipeline.render(compose([*_RENDER, f"scene={scene}", f"output={folders[-1]}"]), announce_next=False)
    return folders


def _speed(refiner: Refiner, frame: FrameInput) -> tuple[float, float]:
    """Pictures a second, and CPU seconds of each."""
    planes = [cv2.resize(p.astype(np.float32), _SPEED_PX, interpolation=cv2.INTER_NEAREST) for p in frame.layers]
    large = replace(frame, picture=cv2.resize(frame.picture, _SPEED_PX), layers=np.stack(planes).astype(np.float16))
    refiner.refined(large)
    started, cpu, count = time.perf_counter(), time.process_time(), 3
    for _ in range(count):
        refiner.refined(large)
    return count / (time.perf_counter() - started), (time.process_time() - cpu) / count


if __name__ == "__main__":
    main(sys.argv[1:])
