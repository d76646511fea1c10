"""`refine apply`: a run whose frames have refined pictures and the same labels, or a dataset of such runs.

A refined run is an ordinary run folder: its frames share the files of the frames that they were made of (as hard links
where the disk can), and have `refined.png` in addition, which exporters take in place of the developed picture. With
several variants, variant k of frame i is frame i * variants + k; all keep the scene's number and group, so that they
are in the same split. `refined.jsonl` lists the scores of every frame.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import cv2
import numpy as np

from blender_synth.checksums import FILE as SUMS
from blender_synth.develop.of_run import config_of, develop_settings_of
from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import ConfigError, RunError
from blender_synth.exporters.pictures import write_image
from blender_synth.frames.meta import Refined
from blender_synth.frames.meta_json import FILE, write_meta
from blender_synth.frames.raw_frame import REFINED, RawFrame, write_frame
from blender_synth.frames.run_folder import RunFolder, disk_errors, find_runs, frames_of, read_lines, read_run_state
from blender_synth.learn import require_torch
from blender_synth.progress import Progress, print_line
from blender_synth.refine.inputs import FrameInput, frame_input
from blender_synth.refine.settings import ApplySettings, read_words

if TYPE_CHECKING:
    from blender_synth.refine.segmenter import Segmenter
    from blender_synth.refine.tone import Tones

LOG = "refined.jsonl"
_EXPORT = "blender-synth export "
_FILES_OF_RUN = ("failures.jsonl", "frames.jsonl")


class Maker(Protocol):
    """What makes a picture for a frame: a `model.Refiner` or a `painter.Painter`."""

    facts: dict[str, Any]
    segmenter: Segmenter | None
    tones: Tones

    @property
    def model_hash(self) -> str:
        """Of the weights."""
        ...

    def refined(self, frame: FrameInput, variant: int = 0, style_scale: float = 0.0) -> np.ndarray:
        """The picture, (H, W, 3) uint8 RGB."""
        ...


def main(words: Sequence[str]) -> None:
    """Run the command."""
    settings = read_words(words, ApplySettings, "apply")
    if (settings.dataset is None) == (not settings.runs):
        raise ConfigError("give either dataset or runs", key="refine apply", value=list(words),
                          hint="e.g. runs=out/run output=out/run-refined")  # fmt: skip
    if settings.dataset is not None:
        apply_to_dataset(settings)
        return
    runs = find_runs(settings.runs)
    for run in runs:
        apply_to_run(run, settings.output if len(runs) == 1 else settings.output / run.name, settings.model, settings)
    print(f"next: blender-synth export runs={settings.output} dataset=DATASET")


def apply_to_dataset(settings: ApplySettings) -> None:
    """Refine the runs of a dataset, and repeat its export with them into `output`.

    Raises:
        RunError: it is no dataset of ours, or its runs are gone.
    """
    from blender_synth import pipeline
    from blender_synth.config import compose

    assert settings.dataset is not None
    runs, words = _made_from(settings.dataset)
    folder = settings.output.with_name(f"{settings.output.name}.runs")
    refined = []
    for number, run in enumerate(runs):  # names of runs are part of the names of pictures
        refined.append(folder / str(number) / run.name if len(runs) > 1 else folder / run.name)
        apply_to_run(run, refined[-1], settings.model, settings)
    pipeline.export(compose([*words, f"dataset={settings.output}"]), runs=[str(run) for run in refined])


def _made_from(dataset: Path) -> tuple[list[Path], list[str]]:
    """The runs of a dataset, and the words of the export that made it."""
    hint = "give a dataset that `blender-synth export` made, or runs=RUN"
    try:
        runs = [Path(run) for run in json.loads((dataset / "dataset.json").read_text(encoding="utf-8"))["runs"]]
        text = (dataset / "README.md").read_text(encoding="utf-8")
        [line] = [line for line in text.splitlines() if line.startswith(_EXPORT)][-1:]
        words = shlex.split(line)[2:]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"this is no dataset that can be made again ({error})", file=dataset, key="dataset",
                       value=str(dataset), hint=hint) from None  # fmt: skip
    for run in runs:
        if not (run / "run.json").is_file():
            raise RunError(
                "a run of the dataset is not there; its layers are needed", file=run, key="dataset",
                value=str(dataset), hint="run the command where the export was run, or give runs=RUN",
            )  # fmt: skip
    return runs, [word for word in words if not word.startswith(("runs=", "dataset="))]


def apply_to_run(run: Path, folder: Path, model: Path | None, settings: ApplySettings | None = None) -> None:
    """Write a refined run; frames that are there are not made again.

    Args:
        run: with the unrefined frames. folder: of the new run. model: of `fit`.
        settings: variants, limits and the like.

    Raises:
        RunError: the model or run cannot be used, `folder` holds something else, or the disk is full.
        FrameError: a frame is damaged.
    """
    require_torch("refine apply", "refine")
    from blender_synth.refine.fit import NOT_NEARER
    from blender_synth.refine.model import load_model

    if model is None:
        raise ConfigError("no model is given", key="refined", value=None, hint="give the folder of a `refine fit`")
    settings = settings or ApplySettings(model=model, output=folder)
    refiner = load_model(model, settings.device, settings.compute)
    if not refiner.facts["nearer"]:
        print_line(NOT_NEARER)
    make_run(run, folder, refiner, settings)


def make_run(run: Path, folder: Path, maker: Maker, settings: ApplySettings, mean_look: bool = True) -> None:
    """Write a run with the pictures that a model makes for the frames of another run.

    Args:
        run: rendered. folder: of the new run. settings: `model` and `output` of it are not used.
        mean_look: whether a single variant has the mean look.

    Raises:
        As `apply_to_run` does.
    """
    import torch

    frames = frames_of(run)
    if not frames:
        raise RunError("the run holds no complete frames", file=run, key="runs", value=str(run), hint="render first")
    state = read_run_state(run)
    if state.get("identity", {}).get("refine"):
        raise RunError("the run is refined already", file=run, key="runs", value=str(run), hint="give the rendered run")
    if settings.threads:
        torch.set_num_threads(settings.threads)
    limits = {name: getattr(settings.limits, name) for name in settings.limits.__dataclass_fields__}
    identity = {**state.get("identity", {}), "refine": {
        "model": maker.model_hash, "variants": settings.variants, "style_scale": settings.style_scale,
        "limits": limits}}  # fmt: skip
    config = {**config_of(run)}
    if settings.variants > 1 and "frames" in config:
        first_last = config["frames"]
        config["frames"] = (
            [bound * settings.variants for bound in first_last] if isinstance(first_last, list)
            else first_last * settings.variants
        )  # fmt: skip
    with RunFolder(folder).opened(config, identity) as target, disk_errors(folder, "output"):
        for name in _FILES_OF_RUN:
            if (run / name).is_file() and not (folder / name).exists():
                shutil.copyfile(run / name, folder / name)
        style_scale = 0.0 if mean_look and settings.variants == 1 else settings.style_scale
        job = _Job(target, maker, replace(settings, style_scale=style_scale), develop_settings_of(run))
        todo = [
            (frame, variant)
            for frame in frames
            for variant in range(settings.variants)
            if not (job.path(frame, variant) / FILE).is_file()
        ]
        done = len(frames) * settings.variants - len(todo)
        with Progress(len(todo) + done, f"refine {run.name}", "picture", done) as progress, \
                ThreadPoolExecutor(settings.workers) as pool:  # fmt: skip
            for _ in pool.map(lambda each: job.make(*each), todo):
                progress.update()
    _print_summary(folder)


def _print_summary(folder: Path) -> None:
    scores = {line["frame_index"]: line for line in read_lines(folder / LOG) if "frame_index" in line}
    refused = [line for line in scores.values() if line["failures"]]
    print(f"{len(scores) - len(refused)} of {len(scores)} pictures refined in {folder}", end="")
    print(f"; {len(refused)} refused, which stay unrefined, see {folder / LOG}" if refused else "")
    for line in refused[:5]:
        print_line(f"refused: frame {line['frame_index']}: {', '.join(line['failures'])}")
    if scores and len(refused) > len(scores) / 2:
        print_line("more than half of the pictures are refused: train longer, or with more photographs of such scenes")


class _Job:
    """Makes pictures for the frames of one run; used from several threads."""

    def __init__(self, target: RunFolder, maker: Maker, settings: ApplySettings, develop: DevelopSettings):
        self.target, self.maker, self.settings, self.develop = target, maker, settings, develop
        self._lock = threading.Lock()

    def path(self, frame: RawFrame, variant: int) -> Path:
        return self.target.frame_path(self._index(int(frame.folder.name), variant))

    def _index(self, frame_index: int, variant: int) -> int:
        return frame_index * self.settings.variants + variant

    def make(self, source: RawFrame, variant: int) -> None:
        """Make one picture of a frame, check it, and write it."""
        from blender_synth.refine.measure import scores_of

        frame = RawFrame(source.folder)  # read anew, so that nothing of it stays in memory
        given = frame_input(frame, self.develop)
        picture = self.maker.refined(given, variant, self.settings.style_scale)
        scores = scores_of(given, picture, self.maker.segmenter, self.maker.tones)
        failures = scores.failures(self.settings.limits)
        meta, index = frame.meta, self._index(frame.meta.frame_index, variant)
        refined = Refined(by=self.maker.model_hash, photos=str(self.maker.facts.get("photos", "")),
                          score=scores.score, variant=variant, frame_index=meta.frame_index,
                          accepted=not failures, failures=tuple(failures))  # fmt: skip
        pair = (
            None if meta.pair is None else replace(meta.pair, frame_index=self._index(meta.pair.frame_index, variant))
        )
        new = replace(meta, frame_index=index, pair=pair, refined=refined)

        def fill(folder: Path) -> None:
            for file in frame.folder.iterdir():
                if file.name not in (FILE, SUMS) and file.is_file():
                    _link(file, folder / file.name)
            if not failures:
                write_image(folder / REFINED, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
            write_meta(folder / FILE, new)

        write_frame(self.path(frame, variant), fill)
        line: dict[str, Any] = {"frame_index": index, "of": meta.frame_index, "variant": variant,
                                "score": scores.score, "failures": failures}  # fmt: skip
        line |= {name: round(value, 4) for name, value in vars(scores).items() if not np.isnan(value)}
        with self._lock, open(self.target.path / LOG, "a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without hard links
        shutil.copyfile(source, target)
