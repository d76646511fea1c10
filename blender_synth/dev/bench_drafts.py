"""`make bench-drafts`: pictures of two samples a pixel, finished by a network, against the denoiser.

Usage: python -m blender_synth.dev.bench_drafts [--steps N] [--width N] [--reference N] [--output FOLDER] ...

Renders the same frames several times: the same overrides and seed with other `render` settings give the same scenes
and labels, which is checked. On frames of some scenes, the generator of `refine` learns to turn the developed picture
of 2 samples and the frame's layers into the picture of many samples, once from raw and once from denoised pictures. On
frames of other scenes the table has, for each way to make the picture, CPU seconds and error: PSNR of the developed
picture without sensor noise (whole, people, reflections), and FLIP where `flip_evaluator` is installed. Seconds are
those of the picture alone, worked out from the CPU seconds of whole runs: what a sample costs from the runs of many
samples, the denoiser from runs with and without it. Scene and labels cost the same whatever the picture.

References are denoised, which is in favour of the denoiser: what is left of its error at many samples is part of them.
Everything is kept in the output folder, and a bench that was stopped goes on. Writes strip.jpg: rows of raw, denoised,
both networks' and reference pictures. The last line is `gain <number>`: dB by which the raw draft with the network is
better than the denoised draft.
"""

from __future__ import annotations

import argparse
import math
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from blender_synth.dev.bench_quality import Row, flip_error, psnr, regions
from blender_synth.develop.picture import develop
from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import RunError
from blender_synth.exporters.pictures import write_image
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.frames.run_folder import frames_of
from blender_synth.learn import require_torch

if TYPE_CHECKING:
    from blender_synth.refine.inputs import FrameInput
    from blender_synth.refine.network import Generator

KINDS = {
    "street": ("scene=street", "mirrors=wall", "weather=cloudy"),
    "lobby": ("scene=lobby", "mirrors=polished_floor", "weather=sunny"),
    "crosswalk": ("scene=crosswalk", "mirrors=shopfront", "weather=sunny"),
}
DRAFT, STANDARD = 2, 24
"""Samples of the draft and of `render=standard`."""
_LEARN, _TEST = "learn", "test"
_SEEDS = {_LEARN: 1, _TEST: 2}
_INPUTS = ("raw", "denoised")
_REGIONS = ("whole", "people", "reflections")
_SHOWN = 4
_DEVELOP = replace(DevelopSettings(), iso=None)


@dataclass(frozen=True)
class Way:
    """How the picture of a run is rendered."""

    samples: int
    denoise: bool


def main(arguments: Sequence[str]) -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(prog="bench_drafts", description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path("out/bench-drafts"))
    parser.add_argument("--width", type=int, default=256, help="of the pictures, which are 16:9 (%(default)s)")
    parser.add_argument(
        "--learn", type=int, default=12, help="frames of each kind of scene to learn from (%(default)s)"
    )
    parser.add_argument("--test", type=int, default=4, help="frames of each kind to measure with (%(default)s)")
    parser.add_argument("--target", type=int, default=32, help="samples of the pictures to learn (%(default)s)")
    parser.add_argument("--reference", type=int, default=96, help="samples of the references (%(default)s)")
    parser.add_argument("--steps", type=int, default=600, help="of each training (%(default)s)")
    parser.add_argument("--channels", type=int, default=64, help="of the network (%(default)s)")
    parser.add_argument("--crop", type=int, default=96, help="side of a crop, px (%(default)s)")
    parser.add_argument("--threads", type=int, default=1, help="of PyTorch (%(default)s)")
    options = parser.parse_args(arguments)
    require_torch("bench-drafts", "refine")
    import torch

    torch.set_num_threads(options.threads)
    ways = {
        _LEARN: {"raw": Way(DRAFT, False), "denoised": Way(DRAFT, True), "reference": Way(options.target, True)},
        _TEST: {"raw": Way(DRAFT, False), "denoised": Way(DRAFT, True), "standard": Way(STANDARD, True),
                "reference": Way(options.reference, True)},
    }  # fmt: skip
    counts = {_LEARN: options.learn, _TEST: options.test}
    networks = {}
    frames: dict[str, dict[str, list[RawFrame]]] = {}
    for part in (_LEARN, _TEST):
        frames[part] = {name: rendered(options.output / part, part, name, way, counts[part], options.width)
                        for name, way in ways[part].items()}  # fmt: skip
        check_labels(frames[part])
        if part == _LEARN:
            targets = [develop(frame, _DEVELOP) for frame in frames[part]["reference"]]
            for name in _INPUTS:
                inputs = inputs_of(frames[part][name])
                networks[name] = fitted(options.output / f"network-{name}", inputs, targets, options.steps,
                                        options.channels, options.crop)  # fmt: skip
    rows = measured(frames[_TEST], networks, seconds_of(options.output, ways), options.output / "strip.jpg")
    print(f"\n{len(frames[_TEST]['raw'])} frames, learned from {len(frames[_LEARN]['raw'])} of other scenes")
    for line in table_of(rows):
        print(line)
    gain = rows["raw + network"].psnr_db["whole"] - rows["denoised"].psnr_db["whole"]
    print(f"gain {gain:.2f}")


def rendered(folder: Path, part: str, name: str, way: Way, count: int, width: int) -> list[RawFrame]:
    """Frames of all kinds of scenes, rendered in one way; CPU seconds are kept in `cpu_s.txt` of each run."""
    from blender_synth import pipeline
    from blender_synth.config import compose

    frames = []
    for kind, overrides in KINDS.items():
        run = folder / f"{kind}-{name}"
        before = _children_s()
        pipeline.render(
            compose([
                "render=draft", f"render.width_px={width}", f"render.height_px={round(width * 9 / 16)}",
                "views_per_scene=2", "worker.count=1", "pedestrians=street", *overrides, f"frames={count}",
                f"seed={_SEEDS[part]}", f"render.samples={way.samples}",
                f"render.denoise={str(way.denoise).lower()}", f"output={run}",
            ]), announce_next=False,
        )  # fmt: skip
        spent, kept = _children_s() - before, run / "cpu_s.txt"
        if not kept.exists():
            kept.write_text(f"{spent:.2f}\n", encoding="utf-8")
        frames += frames_of(run)
    return frames


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def check_labels(frames: Mapping[str, Sequence[RawFrame]]) -> None:
    """Whether all ways to render show the same scenes.

    Raises:
        RunError: labels of a frame differ, or frames are missing.
    """
    first, *others = frames.values()
    for other in others:
        for one, two in zip(first, other, strict=True):
            if any(not np.array_equal(one.labels[key], two.labels[key]) for key in ("surface_id", "reflected_id")):
                raise RunError("the same seed gave another scene", file=two.folder, hint=f"compare {one.folder}")


def seconds_of(output: Path, ways: Mapping[str, Mapping[str, Way]]) -> dict[str, float]:
    """CPU seconds of the picture of a frame in each way of the test, and of scene and labels (`rest`)."""
    spent: dict[tuple[str, str], float] = {}
    frames: dict[tuple[str, str], int] = {}
    for part, names in ways.items():
        for name in names:
            runs = [output / part / f"{kind}-{name}" for kind in KINDS]
            spent[part, name] = sum(float((run / "cpu_s.txt").read_text(encoding="utf-8")) for run in runs)
            frames[part, name] = sum(len(frames_of(run)) for run in runs)
    each = {key: spent[key] / frames[key] for key in spent}
    test = ways[_TEST]
    more = test["reference"].samples - STANDARD
    sample = (each[_TEST, "reference"] - each[_TEST, "standard"]) / max(1, more)
    denoiser = max(0.0, float(np.mean([each[part, "denoised"] - each[part, "raw"] for part in ways])))
    found = {name: way.samples * sample + way.denoise * denoiser for name, way in test.items()}
    return found | {"rest": each[_LEARN, "raw"] - DRAFT * sample}


def inputs_of(frames: Sequence[RawFrame]) -> list[FrameInput]:
    """Developed pictures and layers."""
    from blender_synth.refine.inputs import frame_input

    return [frame_input(RawFrame(frame.folder), _DEVELOP) for frame in frames]


def fitted(
    folder: Path, inputs: Sequence[FrameInput], targets: Sequence[np.ndarray], steps: int, channels: int, crop_px: int
) -> Generator:
    """The generator of `refine`, trained to turn inputs into targets (H, W, 3) uint8; one that was stopped goes on."""
    import torch

    from blender_synth.learn.average import MovingAverage
    from blender_synth.learn.seeding import seed_torch
    from blender_synth.learn.training import Training
    from blender_synth.refine.fit import rate_at
    from blender_synth.refine.inputs import scaled
    from blender_synth.refine.network import Generator
    from blender_synth.seeds import rng_for

    seed_torch(0, "refine/drafts")
    network = Generator(channels, residual=1.0, style=0)
    average = MovingAverage(network, 0.99)
    optimizer = torch.optim.Adam(network.parameters(), 0.001)
    training = Training(
        folder, {"network": network, "average": average, "optimizer": optimizer},
        {"steps": steps, "channels": channels, "crop_px": crop_px, "frames": len(inputs)},
    )  # fmt: skip
    training.resume()
    planes = [frame.planes() for frame in inputs]
    wanted = [scaled(target) for target in targets]
    size = min(crop_px, *(length // 4 * 4 for length in planes[0].shape[1:]))

    def step(number: int) -> dict[str, float]:
        rng = rng_for(0, number, "refine/drafts/step")
        given, asked = [], []
        for _ in range(4):
            index = int(rng.integers(len(planes)))
            top, left = (int(rng.integers(0, length - size + 1)) for length in planes[index].shape[1:])
            window = np.s_[:, top : top + size, left : left + size]
            crop, target = planes[index][window], wanted[index][window]
            if rng.random() < 0.5:
                crop, target = crop[..., ::-1].copy(), target[..., ::-1].copy()
                crop[-4] *= -1  # x of the normals
            given.append(crop)
            asked.append(target)
        for group in optimizer.param_groups:
            group["lr"] = 0.001 * rate_at(number, steps)
        made = network(torch.from_numpy(np.stack(given)), torch.zeros(4, 0))
        gap = made - torch.from_numpy(np.stack(asked))
        # noise is spread over all frequencies, and what is left of edges in the finest: each counts
        loss = gap.abs().mean() + gap.square().mean()
        loss = loss + 0.5 * (gap.diff(dim=2).abs().mean() + gap.diff(dim=3).abs().mean())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        average.update(network)
        return {"loss": loss.item()}

    training.run(steps, step, folder.name)
    network.load_state_dict(average.module.state_dict())
    return network.eval()


def finished(network: Generator, frame: FrameInput) -> np.ndarray:
    """The picture of a frame that the network makes, (H, W, 3) uint8."""
    import torch

    from blender_synth.refine.model import to_picture

    with torch.no_grad():
        return to_picture(network(torch.from_numpy(frame.planes())[None], torch.zeros(1, 0))[0])


def measured(
    frames: Mapping[str, Sequence[RawFrame]],
    networks: Mapping[str, Generator],
    seconds: Mapping[str, float],
    file: Path,
) -> dict[str, Row]:
    """Errors of every way on the frames of the test, and the strip."""
    references = [develop(frame, _DEVELOP) for frame in frames["reference"]]
    masks = [regions(frame) for frame in frames["reference"]]
    pictures: dict[str, tuple[float, list[np.ndarray]]] = {}
    for name in ("raw", "denoised", "standard"):
        pictures[name] = seconds[name], [develop(frame, _DEVELOP) for frame in frames[name]]
    for name, network in networks.items():
        inputs = inputs_of(frames[name])
        finished(network, inputs[0])
        started = time.process_time()
        made = [finished(network, frame) for frame in inputs]
        each = (time.process_time() - started) / len(made)
        pictures[f"{name} + network"] = seconds[name] + each, made
    rows = {name: _row(spent, made, references, masks) for name, (spent, made) in pictures.items()}
    chosen = np.linspace(0, len(references) - 1, min(_SHOWN, len(references))).astype(int)
    shown = [pictures[name][1] for name in ("raw", "denoised", "raw + network", "denoised + network")] + [references]
    strip = np.hstack([np.vstack([way[i] for way in shown]) for i in chosen])
    write_image(file, cv2.cvtColor(strip, cv2.COLOR_RGB2BGR), 92)
    return rows


def _row(
    seconds: float,
    pictures: Sequence[np.ndarray],
    references: Sequence[np.ndarray],
    masks: Sequence[Mapping[str, np.ndarray]],
) -> Row:
    found: dict[str, list[float]] = {region: [] for region in _REGIONS}
    flips = []
    for picture, reference, regions_of in zip(pictures, references, masks, strict=True):
        one, other = picture / 255.0, reference / 255.0
        for region in _REGIONS:
            found[region].append(psnr(one, [other, other], regions_of[region]))
        flips.append(flip_error(one, [other]))
    means = {region: _mean(values) for region, values in found.items()}
    return Row(seconds, means, _mean(flips))


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return float(np.mean(known)) if known else math.nan


def table_of(rows: Mapping[str, Row]) -> list[str]:
    """For a terminal."""
    lines = [f"{'':20}{'CPU s':>8}" + "".join(f"{region:>16}" for region in _REGIONS) + f"{'FLIP':>9}"]
    for name, row in rows.items():
        numbers = "".join(f"{row.psnr_db[region]:>13.2f} dB" for region in _REGIONS)
        lines.append(f"{name:20}{row.seconds:>8.2f}{numbers}{row.flip:>9.4f}")
    return lines


if __name__ == "__main__":
    main(sys.argv[1:])
