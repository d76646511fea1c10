"""Distances to the photographs and label scores of several ways to make pictures, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from blender_synth.refine import checks
from blender_synth.refine.controls import with_control
from blender_synth.refine.distance import Photographs
from blender_synth.refine.features import FEWEST
from blender_synth.refine.inputs import FrameInput
from blender_synth.refine.settings import Limits
from blender_synth.refine.tone import Tones

if TYPE_CHECKING:
    from blender_synth.refine.apply import Maker
    from blender_synth.refine.features import Extractor, FeatureDistance
    from blender_synth.refine.model import Refiner
    from blender_synth.refine.painter import Painter
    from blender_synth.refine.segmenter import Segmenter


def measure(
    frames: Sequence[FrameInput],
    refiner: Refiner,
    learned: Sequence[np.ndarray],
    photographs: Sequence[np.ndarray],
    extractor: Extractor | None = None,
) -> dict[str, Any]:
    """Distances to photographs and label scores of the refiner and of the controls.

    Args:
        frames: that were not learned from. learned: photographs that the controls may take colours from.
        photographs: to measure with, that were not learned from. extractor: for KID and FID.
    """
    from blender_synth.refine.camera import through_camera

    made = _controls(frames, learned)
    if refiner.camera is not None:
        made["camera"] = [through_camera(refiner.camera, frame).picture for frame in frames]
    made["refined"] = [refiner.refined(frame) for frame in frames]
    return rows_of(frames, made, refiner, learned, photographs, extractor)


def measure_painter(
    frames: Sequence[FrameInput],
    painter: Painter,
    learned: Sequence[np.ndarray],
    photographs: Sequence[np.ndarray],
    extractor: Extractor | None,
    limits: Limits,
) -> dict[str, Any]:
    """The same of a painter. `limits`: for its pictures."""
    made = _controls(frames, learned) | {"generated": [painter.refined(frame) for frame in frames]}
    return rows_of(frames, made, painter, learned, photographs, extractor, {"generated": limits})


def _controls(frames: Sequence[FrameInput], learned: Sequence[np.ndarray]) -> dict[str, Sequence[np.ndarray]]:
    """Pictures as they are, and with the controls, by name."""
    before = [frame.picture for frame in frames]
    return {"unrefined": before, **{name: with_control(name, before, learned) for name in ("histogram", "fda")}}


def rows_of(
    frames: Sequence[FrameInput],
    made: Mapping[str, Sequence[np.ndarray]],
    maker: Maker,
    learned: Sequence[np.ndarray],
    photographs: Sequence[np.ndarray],
    extractor: Extractor | None,
    limits: Mapping[str, Limits] | None = None,
) -> dict[str, Any]:
    """Rows of the table, and of how many pictures it is.

    Args:
        made: pictures of the frames, made in several ways, by name. limits: of ways with limits of their own.
    """
    target = Photographs(photographs)
    features = None if extractor is None else features_of(extractor, photographs)
    known = {} if limits is None else limits
    rows = {name: row_of(frames, pictures, target, maker.segmenter, maker.tones, features, known.get(name, Limits()))
            for name, pictures in made.items()}  # fmt: skip
    rows["photographs"] = {"distances": target.distances(learned), "distance": target.distance(learned)}
    if features is not None and len(learned) >= FEWEST:
        rows["photographs"] |= features.scores(learned)
    return {"rows": rows, "frames": len(frames), "photographs": len(photographs)}


def features_of(extractor: Extractor, photographs: Sequence[np.ndarray]) -> FeatureDistance:
    """KID and FID to these photographs."""
    from blender_synth.refine.features import FeatureDistance

    return FeatureDistance(extractor, photographs)


def row_of(
    frames: Sequence[FrameInput],
    pictures: Sequence[np.ndarray],
    target: Photographs,
    segmenter: Segmenter | None = None,
    tones: Tones | None = None,
    features: FeatureDistance | None = None,
    limits: Limits = Limits(),  # noqa: B008  frozen
) -> dict[str, Any]:
    """Distance and label scores of one way to make pictures; `used`: where refused pictures are unrefined ones."""
    scores = [scores_of(frame, picture, segmenter, tones) for frame, picture in zip(frames, pictures, strict=True)]
    distances = target.distances(pictures)
    used = in_use(frames, pictures, scores, limits)
    names = ("edges", "person_edges", "structure", "block", "flow_px", "reflection_ev", "tint", "iou_loss",
             "tone", "vivid")  # fmt: skip
    return {
        "distances": distances,
        "distance": float(np.mean(distances)),
        "kept": sum(not score.failures(limits) for score in scores) / max(1, len(scores)),
        "used": target.distance(used),
        **({} if features is None else features.scores(pictures)),
        **{name: _mean([getattr(score, name) for score in scores]) for name in names},
    }


def in_use(
    frames: Sequence[FrameInput], pictures: Sequence[np.ndarray], scores: Sequence[checks.Scores], limits: Limits
) -> list[np.ndarray]:
    """The pictures, with unrefined ones where they are refused."""
    return [
        frame.picture if score.failures(limits) else picture
        for frame, picture, score in zip(frames, pictures, scores, strict=True)
    ]


def scores_of(
    frame: FrameInput, picture: np.ndarray, segmenter: Segmenter | None = None, tones: Tones | None = None
) -> checks.Scores:
    """Label scores of one picture. `segmenter`: see `segmenter.load_segmenter`. `tones`: of the photographs."""
    scores = checks.measure(frame.picture, picture, frame.surface_id, frame.instances)
    if segmenter is not None:
        from blender_synth.refine.segmenter import iou_loss

        scores = replace(scores, iou_loss=iou_loss(segmenter, frame.picture, picture, frame.classes))
    return scores if tones is None else tones.added(scores, frame.picture, picture)


def _mean(values: Sequence[float]) -> float | None:
    real = [value for value in values if not np.isnan(value)]
    return float(np.mean(real)) if real else None


def table_of(facts: dict[str, Any]) -> list[str]:
    """The table of distances and scores for a terminal."""
    rows = facts["rows"]
    first = rows["unrefined"]["distance"]
    titles = (("distance", 9), ("off", 8), ("kept", 7), ("used", 8), ("edges", 7), ("struct", 8), ("flow px", 9),
              ("IoU loss", 10))  # fmt: skip
    more = [(key, digits) for key, digits in (("kid", 4), ("fid", 2)) if key in rows["unrefined"]]
    lines = [f"{'':<12}" + "".join(f"{title:>{width}}" for title, width in titles)
             + "".join(f"{key.upper():>9}" for key, _ in more)]  # fmt: skip
    for name, row in rows.items():
        off = f"{100 * (1 - row['distance'] / first):.0f} %" if name != "unrefined" and first else ""
        line = f"{name:<12}{row['distance']:>9.3f}{off:>8}"
        if "kept" in row:
            line += f"{100 * row['kept']:>5.0f} %"
            line += f"{100 * (1 - row['used'] / first):>6.0f} %" if name != "unrefined" and first else f"{'':>8}"
            line += "".join(
                f"{'–' if row[key] is None else format(row[key], '.2f'):>{width}}"
                for key, width in (("edges", 7), ("structure", 8), ("flow_px", 9), ("iou_loss", 10))
            )
        else:
            line += f"{'':>49}" if more else ""
        line += "".join(f"{format(row[key], f'.{digits}f') if key in row else '–':>9}" for key, digits in more)
        lines.append(line)
    return lines
