"""`refine check`: whether the labels of refined runs still fit their pictures. Without `model` it needs no torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from blender_synth.annotate.instances import annotate
from blender_synth.develop.of_run import develop_settings_of
from blender_synth.develop.picture import shots
from blender_synth.errors import ConfigError, RunError
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.frames.run_folder import find_runs, frames_of, read_run_state
from blender_synth.progress import each
from blender_synth.refine.checks import Scores, measure
from blender_synth.refine.distance import Photographs
from blender_synth.refine.photos import PICTURES, read_photos
from blender_synth.refine.settings import CheckSettings, Limits, read_words
from blender_synth.refine.tone import Tones
from blender_synth.validation import validate

_COLUMNS = (
    ("edges", "edges"), ("person_edges", "person"), ("structure", "structure"), ("block", "block"),
    ("flow_px", "flow px"), ("reflection_ev", "refl. EV"), ("tint", "tint"), ("iou_loss", "IoU loss"),
    ("tone", "tone"), ("vivid", "vivid"),
)  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """One frame with its scores. `refined`: whether there is a picture that was made from it."""

    run: str
    frame: str
    refined: bool
    scores: Scores | None
    failures: tuple[str, ...]


def main(words: Sequence[str]) -> None:
    """Run the command.

    Raises:
        RunError: a picture that is in use does not keep the limits.
    """
    settings = read_words(words, CheckSettings, "check")
    found = check(settings)
    for line in table(found, settings.worst):
        print(line)
    bad = [entry for entry in found if entry.scores is not None and entry.failures]
    if bad:
        raise RunError(
            f"{len(bad)} of {len(found)} pictures do not keep their labels true (first: {bad[0].frame}: "
            f"{', '.join(bad[0].failures)})",
            key="runs", value=list(settings.runs), hint="leave them out; `refine apply` falls back by itself",
        )  # fmt: skip


def check(settings: CheckSettings) -> list[Checked]:
    """Measure every frame of the runs, and print the distance to the photographs where there are some.

    Raises:
        RunError: there is no run, no refined picture, or a picture is of another size.
    """
    frames = [(run, frame) for run in find_runs(settings.runs) for frame in frames_of(run)]
    segmenter, tones, photographs, extractor = None, None, None, None
    if settings.extractor is not None:
        if settings.photos is None:
            raise ConfigError("KID and FID are distances to photographs", key="extractor",
                              value=str(settings.extractor), hint="give photos=FOLDER as well")  # fmt: skip
        from blender_synth.refine.features import Extractor

        extractor = Extractor(settings.extractor, "refine check")
    if settings.model is not None:
        from blender_synth.learn import require_torch

        require_torch("refine check model=...", "refine")
        from blender_synth.refine import model, painter

        is_painter = (settings.model / painter.FILE).is_file()
        maker = (painter.load_painter if is_painter else model.load_model)(settings.model, "cpu")
        segmenter, tones = maker.segmenter, maker.tones
    if settings.photos is not None and frames:
        photographs = read_photos(settings.photos, min(frames[0][1].size_px), 400, 40).pictures
        tones = Tones.of(photographs)
    found, before, after = [], [], []
    limits = {run: settings.limits or _limits_of(run) for run in dict.fromkeys(run for run, _ in frames)}
    for run, frame in each(frames, "check", "frame"):
        pictures = _pictures(run, frame, settings.pictures)
        if pictures is None:
            failures = frame.meta.refined.failures if frame.meta.refined else ()
            found.append(Checked(run.name, frame.folder.name, False, None, failures))
            continue
        old, new = pictures
        instances = annotate(frame, frame.meta.medium.mor_m)
        scores = measure(old, new, frame.labels["surface_id"], instances)
        if segmenter is not None:
            from blender_synth.refine.inputs import frame_input
            from blender_synth.refine.segmenter import iou_loss

            given = frame_input(_unrefined(frame), develop_settings_of(run))
            scores = replace(scores, iou_loss=iou_loss(segmenter, old, new, given.classes))
        if tones is not None:
            scores = tones.added(scores, old, new)
        found.append(Checked(run.name, frame.folder.name, True, scores, tuple(scores.failures(limits[run]))))
        if settings.photos is not None:
            before.append(old)
            after.append(new)
        for name in ("radiance", "labels", "shares"):
            vars(frame).pop(name, None)
    if not any(entry.refined for entry in found):
        raise RunError(
            "there is no refined picture to check", key="runs", value=list(settings.runs),
            hint="give runs that `refine apply` wrote, or pictures=FOLDER",
        )  # fmt: skip
    if photographs is not None:
        target = Photographs(photographs)
        old_distance, new_distance = target.distance(before), target.distance(after)
        print(f"distance to the photographs: {old_distance:.3f} before, {new_distance:.3f} after, "
              f"{100 * (1 - new_distance / old_distance):.0f} % off")  # fmt: skip
        if extractor is not None:
            from blender_synth.refine.features import FeatureDistance

            features = FeatureDistance(extractor, photographs)
            old_scores, new_scores = features.scores(before), features.scores(after)
            for name in ("kid", "fid"):
                print(f"{name.upper()} to the photographs: {old_scores[name]:.4f} before, {new_scores[name]:.4f} after")
    return found


def _limits_of(run: Path) -> Limits:
    """The limits that a run was made with."""
    made = read_run_state(run).get("identity", {}).get("refine")
    recorded = made.get("limits", {}) if isinstance(made, dict) else {}
    return validate(Limits, recorded, "identity.refine.limits", run / "run.json")


def _unrefined(frame: RawFrame) -> RawFrame:
    """The same frame without its refined picture."""
    made = RawFrame(frame.folder)
    vars(made)["meta"] = replace(frame.meta, refined=None)
    return made


def _pictures(run: Path, frame: RawFrame, folder: Path | None) -> tuple[np.ndarray, np.ndarray] | None:
    """The picture before and after; None where there is none after."""
    if folder is None:
        after = frame.refined_picture
    else:
        files = [folder / f"{frame.folder.name}{suffix}" for suffix in sorted(PICTURES)]
        file = next((file for file in files if file.is_file()), None)
        image = None if file is None else cv2.imread(str(file), cv2.IMREAD_COLOR)
        if file is not None and (image is None or image.shape[:2] != frame.size_px[::-1]):
            raise RunError(
                "the picture is damaged or of another size than its frame", file=file, key="pictures",
                value=str(folder), hint=f"it must be of {frame.size_px[0]} x {frame.size_px[1]} pixels",
            )  # fmt: skip
        after = None if image is None else cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
    if after is None:
        return None
    return next(shots(_unrefined(frame), develop_settings_of(run))).picture, after


def table(found: Sequence[Checked], worst: int) -> Iterator[str]:
    """Lines for a terminal: means, then the worst frames."""
    yield f"{'':<28}" + "".join(f"{title:>11}" for _, title in _COLUMNS)
    scored = [entry.scores for entry in found if entry.scores is not None]
    yield f"{'mean':<28}" + "".join(f"{_text(_mean([getattr(s, key) for s in scored])):>11}" for key, _ in _COLUMNS)
    order = sorted(found, key=lambda entry: entry.scores.score if entry.scores else 2.0)
    for entry in [entry for entry in order if entry.scores is not None][:worst]:
        assert entry.scores is not None
        name = f"{entry.run}/{entry.frame}"[-27:]
        numbers = "".join(f"{_text(getattr(entry.scores, key)):>11}" for key, _ in _COLUMNS)
        yield f"{name:<28}{numbers}  {', '.join(entry.failures)}"
    kept = sum(entry.refined and not entry.failures for entry in found)
    refused = [entry for entry in found if not entry.refined]
    yield f"{kept} of {len(found)} pictures are refined and within the limits; {len(refused)} are unrefined"
    for entry in refused[:worst]:
        if entry.failures:
            yield f"  {entry.run}/{entry.frame} was refused: {', '.join(entry.failures)}"


def _mean(values: Sequence[float]) -> float:
    real = [value for value in values if not np.isnan(value)]
    return float(np.mean(real)) if real else float("nan")


def _text(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.2f}"
