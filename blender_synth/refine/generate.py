"""`refine generate`: a painter learns from photographs, then paints the labels of a run's frames.

No photograph has labels at first: a network that learned on the run's frames finds them (`labeller`). The painted run
is like a refined one (see `apply`), with limits of its own.
"""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blender_synth import __version__
from blender_synth.cache import write_atomically
from blender_synth.develop.settings import DevelopSettings
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.frames.run_folder import disk_errors, find_runs
from blender_synth.learn import require_torch
from blender_synth.progress import print_line
from blender_synth.refine.apply import make_run
from blender_synth.refine.inputs import FrameInput, coloured_labels, frames_to_learn_on
from blender_synth.refine.learning_set import learning_set
from blender_synth.refine.measure import measure_painter, table_of
from blender_synth.refine.settings import ApplySettings, GenerateSettings, read_words
from blender_synth.strict_json import json_text

if TYPE_CHECKING:
    from blender_synth.refine.painter import Painter

FACTS = "generate.json"
_SHOWN_FRAMES, _SHOWN_PHOTOS = 10, 8
_LABEL_PX = 192
"""Side of the crops of the labeller, which needs more surroundings than the painter."""
_NEARER, _LEAST_KEPT = 0.95, 0.5
"""Share of the distance before that is left at most, and of pictures within limits, of a painter worth using."""
NOT_NEARER = (
    "the painted pictures are not nearer to the photographs than the frames, or their labels are not found in most of "
    "them: do not train on them; `refine fit` keeps the rendered content and needs fewer photographs and steps"
)


def main(words: Sequence[str]) -> None:
    """Run the command."""
    settings = read_words(words, GenerateSettings, "generate")
    painter = ready_painter(settings)
    runs = find_runs(settings.runs)
    how = ApplySettings(
        model=settings.model, output=settings.output, variants=settings.variants, style_scale=settings.style_scale,
        workers=settings.workers, limits=settings.limits, threads=settings.threads,
    )  # fmt: skip
    for run in runs:
        folder = settings.output if len(runs) == 1 else settings.output / run.name
        make_run(run, folder, painter, how, mean_look=False)
    print(f"next: blender-synth export runs={settings.output} dataset=DATASET")


def ready_painter(settings: GenerateSettings) -> Painter:
    """A painter that is trained: the finished one of the folder, or a new one.

    Raises:
        ConfigError: PyTorch is missing, or the device. RunError: there is neither painter nor photographs, photographs
            or runs cannot be used, the folder holds another model or one with other settings, or the disk is full.
    """
    require_torch("refine generate", "refine")
    from blender_synth.refine.model import FILE
    from blender_synth.refine.painter import load_painter

    if settings.photos is None or (settings.model / FILE).is_file():
        painter = load_painter(settings.model, settings.device, settings.compute)
        if not painter.facts["nearer"]:
            print_line(NOT_NEARER)
        return painter
    sources = frames_to_learn_on(settings.runs, settings.max_frames, settings.seed)
    with disk_errors(settings.model, "model"):
        painter, facts, _ = train_painter(settings, sources)
    for line in table_of(facts):
        print(line)
    print(f"painter in {settings.model}; see {settings.model / 'report.html'}")
    return painter


def train_painter(
    settings: GenerateSettings, sources: Sequence[tuple[RawFrame, DevelopSettings]]
) -> tuple[Painter, dict[str, Any], list[FrameInput]]:
    """Train a painter, or go on with one that was stopped; measure it, and write the report.

    Returns:
        The painter, facts and table (see `measure`), and the frames that it did not learn from.
    """
    import torch

    from blender_synth.refine.labeller import agreement, fit_labeller, found_layout
    from blender_synth.refine.layout import borders_in, coloured
    from blender_synth.refine.page import write_model_page
    from blender_synth.refine.painter import load_painter
    from blender_synth.refine.painter_training import PainterTrainer
    from blender_synth.refine.segmenter import fit_segmenter

    if settings.threads:
        torch.set_num_threads(settings.threads)
    given = learning_set(settings, sources, "refine generate")
    crop_px, label_px = given.crop_px(settings.crop_px, 32), given.crop_px(_LABEL_PX, 32)
    mine, others, pictures = given.learned, given.measured, given.learned_photos
    settings.model.mkdir(parents=True, exist_ok=True)
    trainer = PainterTrainer(settings, given.photos, pictures, mine, others, crop_px)
    trainer.training.resume()  # one with other settings is refused before anything is trained
    if settings.segmenter_steps:
        fit_segmenter(settings.model, mine, settings.segmenter_steps, crop_px, settings.seed)
    labeller = fit_labeller(
        settings.model / "labeller", mine, settings.labeller_steps, label_px, settings.seed, trainer.device
    )
    trainer.label(labeller)
    trainer.run()
    painter = load_painter(settings.model, settings.device, settings.compute)
    facts = measure_painter(others, painter, pictures, given.measured_photos, given.extractor, settings.limits)
    row = facts["rows"]["generated"]
    nearer = row["distance"] <= _NEARER * facts["rows"]["unrefined"]["distance"] and row["kept"] >= _LEAST_KEPT
    painter.facts["nearer"] = nearer
    trainer.save(nearer)
    if not nearer:
        print_line(NOT_NEARER)
    facts |= {**painter.facts, "labels_found": agreement(labeller, others), "version": __version__,
              "machine": platform.machine(),
              "settings": {k: str(v) if isinstance(v, Path) else v for k, v in asdict(settings).items()}}  # fmt: skip
    write_atomically(settings.model / FACTS, json_text(facts, indent=1))
    shown = [(frame.picture, coloured_labels(frame), painter.refined(frame)) for frame in others[:_SHOWN_FRAMES]]
    labelled = []
    for picture in given.measured_photos[:_SHOWN_PHOTOS]:
        layout = found_layout(labeller, picture, settings.confidence)
        labelled += [picture, coloured(layout, borders_in(layout))]
    write_model_page(settings.model, facts, shown, labelled, ("frame", "labels", "painted"), "Painter")
    return painter, facts, others
