"""Whether the labels of a frame still fit a picture that was made from its own: measured, without a network.

All measures compare the picture before with the picture after, and do not mind what a camera may change: brightness,
contrast, colour, some noise and some blur.

    edges          cosine between the gradients of both pictures, sign aside, within 2 px of the borders of instances
    structure      contrast and structure terms of SSIM (Wang et al. 2004) after matching mean and contrast, over each
                   person and each reflection
    block          the same over blocks of the whole picture: something was painted in or out where it is low
    flow           DIS optical flow (Kroeger et al. 2016) where there is texture, 99th percentile of its length,
                   where undoing it makes the pictures alike: contrast and tones may change
    reflection     change of brightness of a reflection against that of its person, in stops
    tint           change of colour (Lab a and b) that no affine map of the colours of the whole picture explains, 95th
                   percentile: a camera tints everything, a network may turn pavement into grass
    tone, vivid    whether colours and tones as a whole came nearer to the photographs (see `tone`)
    iou            what a segmenter that was trained on unrefined frames loses (see `segmenter`)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from blender_synth.annotate.instances import Instance
from blender_synth.refine.settings import Limits

BAND_PX = 2
_SMOOTH_PX = 1.0
"""Both pictures are blurred by this before they are compared, so that noise weighs little."""
_FAINT = 4.0
"""Root mean square of gradients, in 8-bit values a pixel, below which a border has no edge that could be lost."""
_C = (0.03 * 255) ** 2 / 4
"""SSIM's constant for contrast, smaller since pictures are blurred."""
_LEAST_PX = 60
"""Pixels of an instance that is measured by itself."""
_WINDOW_PX = 2.5
_TEXTURED = 10.0
"""Smaller eigenvalue of the structure tensor, as a root, from which optical flow is meaningful."""
_FLOW_MEAN_PX = 4.0
_UNEXPLAINED = 0.7
"""Share of the difference that may be left where optical flow is undone, or nothing moved there."""
_FLAT_NOISE = 10.0
"""Contrast, in 8-bit values, that is not amplified before optical flow is computed."""


@dataclass(frozen=True)
class Scores:
    """Measures of one picture; NaN where there was nothing to measure.

    Attributes:
        edges, person_edges, structure, block, flow_px, reflection_ev, tint, iou_loss, tone, vivid: as in `Limits`;
            those of people are of the worst one.
        worst: id of the instance with the least structure, 0 without people.
    """

    edges: float
    person_edges: float
    structure: float
    block: float
    flow_px: float
    reflection_ev: float
    tint: float
    iou_loss: float = math.nan
    tone: float = math.nan
    vivid: float = math.nan
    worst: int = 0

    @property
    def score(self) -> float:
        """One number from 0 to 1: the mean of edges and structure, people's where there are some."""
        known = [v for v in (self.edges, self.person_edges, self.structure, self.block) if not math.isnan(v)]
        return round(max(0.0, float(np.mean(known))) if known else 1.0, 4)

    def failures(self, limits: Limits) -> list[str]:
        """The limits that are not kept, such as ``"flow_px 3.02 > 0.5"``."""
        found = []
        for name in ("edges", "person_edges", "structure", "block", "vivid"):
            value, limit = getattr(self, name), getattr(limits, name)
            if value < limit:  # not where it is NaN
                found.append(f"{name} {value:.2f} < {limit:g}")
        for name in ("flow_px", "reflection_ev", "tint", "iou_loss", "tone"):
            value, limit = getattr(self, name), getattr(limits, name)
            if value > limit:
                found.append(f"{name} {value:.2f} > {limit:g}")
        return found


def measure(before: np.ndarray, after: np.ndarray, surface_id: np.ndarray, instances: Sequence[Instance]) -> Scores:
    """Compare two pictures of one frame.

    Args:
        before, after: (H, W, 3) uint8 RGB. surface_id: (H, W) ids of the label layers. instances: seen in the frame.

    Raises:
        ValueError: the sizes differ.
    """
    if before.shape != after.shape or before.shape[:2] != surface_id.shape:
        raise ValueError(f"the pictures are of {before.shape} and {after.shape}, the labels of {surface_id.shape}")
    first, second = _luminance(before), _luminance(after)
    people = [i for i in instances if i.is_person and i.visible_px >= _LEAST_PX and (i.mix is None or i.mix >= 0.5)]
    borders = [_border(instance.mask) for instance in people]
    everything = borders_of(surface_id)
    for border in borders:
        everything |= border
    agreement = _Gradients(first, second)
    own_edges = [agreement.within(border) for border in borders]
    similar = similarity(first, second)
    inside = [float(similar[person.mask].mean()) for person in people]
    worst = int(np.argmin(inside)) if inside else 0
    return Scores(
        edges=agreement.within(everything),
        person_edges=_least(own_edges),
        structure=_least(inside),
        block=_least_block(similar),
        flow_px=flow_p99_px(first, second),
        reflection_ev=_reflections_ev(before, after, people),
        tint=tint(before, after),
        worst=people[worst].instance_id if inside else 0,
    )


def _least(values: Sequence[float]) -> float:
    real = [value for value in values if not math.isnan(value)]
    return min(real) if real else math.nan


def _luminance(picture: np.ndarray) -> np.ndarray:
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(gray, (0, 0), _SMOOTH_PX))


def borders_of(ids: np.ndarray, band_px: int = BAND_PX) -> np.ndarray:
    """Pixels within `band_px` of a border between two ids, (H, W) bool."""
    edge = np.zeros(ids.shape, bool)
    across, down = ids[:, 1:] != ids[:, :-1], ids[1:] != ids[:-1]
    edge[:, 1:] |= across
    edge[:, :-1] |= across
    edge[1:] |= down
    edge[:-1] |= down
    return _grown(edge, band_px - 1)


def _border(mask: np.ndarray) -> np.ndarray:
    return borders_of(mask)


def _grown(mask: np.ndarray, px: int) -> np.ndarray:
    if px < 1:
        return mask
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * px + 1, 2 * px + 1))
    return cv2.dilate(mask.astype(np.uint8), kernel).astype(bool)


class _Gradients:
    """Products of the gradients of two pictures."""

    def __init__(self, first: np.ndarray, second: np.ndarray):
        pairs = [[cv2.Scharr(p, cv2.CV_32F, *o, scale=1 / 32) for o in ((1, 0), (0, 1))] for p in (first, second)]
        (ax, ay), (bx, by) = pairs
        self.both = np.abs(ax * bx + ay * by)
        self.first, self.second = ax * ax + ay * ay, bx * bx + by * by

    def within(self, where: np.ndarray) -> float:
        """Agreement, 0 to 1; NaN where the picture before has no edge there."""
        energy, other = float(self.first[where].sum()), float(self.second[where].sum())
        pixels = int(where.sum())
        if not pixels or energy / pixels < _FAINT**2 / 4:
            return math.nan
        return float(self.both[where].sum()) / math.sqrt(energy * max(other, 1e-9))


def similarity(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Contrast and structure terms of SSIM, (H, W), after matching contrast in the wider surroundings of each pixel.

    A camera's tone curve changes contrast slowly over the picture; a painted object does it within its outline.
    """
    wide = max(8.0, first.shape[0] / 8)
    a, b = (p - cv2.GaussianBlur(p, (0, 0), _WINDOW_PX) for p in (first, second))
    gain = np.sqrt((cv2.GaussianBlur(a * a, (0, 0), wide) + 1) / (cv2.GaussianBlur(b * b, (0, 0), wide) + 1))
    b = b * np.clip(gain, 0.25, 4.0)
    aa, bb, ab = (cv2.GaussianBlur(x, (0, 0), _WINDOW_PX) for x in (a * a, b * b, a * b))
    return np.asarray((2 * ab + _C) / (aa + bb + _C))


def _least_block(similar: np.ndarray) -> float:
    size = max(5, similar.shape[0] // 18) | 1
    blocks = cv2.blur(similar, (size, size))
    half = size // 2
    return float(blocks[half:-half, half:-half].min()) if min(similar.shape) > size else float(blocks.min())


def flow_p99_px(first: np.ndarray, second: np.ndarray) -> float:
    """99th percentile of the length of the optical flow from one luminance to the other, where there is texture."""
    before, after = (_flat(cv2.GaussianBlur(p, (0, 0), 1.0)) for p in (first, second))
    # fog and darkness may take texture away, which other measures judge; what is left must be where it was
    textured = _textured(first) & _textured(second) & _textured(before) & _textured(after)
    if textured.sum() < 50:
        return math.nan
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    found = flow.calc(before, after, np.zeros((*first.shape, 2), np.float32))
    # noise moves single pixels, not their neighbourhood: flow is averaged over the texture around each pixel
    weight = cv2.GaussianBlur(textured.astype(np.float32), (0, 0), _FLOW_MEAN_PX) + 1e-6
    means = [cv2.GaussianBlur(found[..., i] * textured, (0, 0), _FLOW_MEAN_PX) / weight for i in (0, 1)]
    # a tone curve that flattens an edge on one side seems to move it; but only where something moved does undoing the
    # flow make the pictures alike
    rows, columns = np.indices(first.shape, np.float32)
    undone = cv2.remap(second, columns + means[0], rows + means[1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    moved = 1 - _correlation(first, undone) < _UNEXPLAINED * (1 - _correlation(first, second))
    lengths = np.hypot(*means) * moved
    return float(np.percentile(lengths[textured], 99))


def _correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Correlation of two luminances around each pixel, whatever their contrast."""

    def mean(values: np.ndarray) -> np.ndarray:
        return np.asarray(cv2.GaussianBlur(values, (0, 0), _WINDOW_PX))

    of_a, of_b = mean(a), mean(b)
    spreads = [np.sqrt(np.maximum(mean(p * p) - of_p**2, 0) + 4.0) for p, of_p in ((a, of_a), (b, of_b))]
    return np.asarray((mean(a * b) - of_a * of_b) / (spreads[0] * spreads[1]))


def _textured(p: np.ndarray) -> np.ndarray:
    smaller = np.maximum(cv2.cornerMinEigenVal(p.astype(np.float32), 7, ksize=3), 0)
    return np.asarray(np.sqrt(smaller) > _TEXTURED / 2)


def _flat(p: np.ndarray) -> np.ndarray:
    """With mean and contrast of the surroundings divided out, (H, W) uint8."""
    wide = max(8.0, p.shape[0] / 12)
    centred = p - cv2.GaussianBlur(p, (0, 0), wide)
    spread = np.sqrt(cv2.GaussianBlur(centred * centred, (0, 0), wide) + _FLAT_NOISE**2)
    return np.clip(128 + 48 * centred / spread, 0, 255).astype(np.uint8)


def tint(before: np.ndarray, after: np.ndarray) -> float:
    """Change of colour that differs from place to place, of pictures (H, W, 3) uint8: Lab units, 95th percentile."""
    size = (max(1, before.shape[1] // 8), max(1, before.shape[0] // 8))
    old, new = (
        cv2.cvtColor(cv2.resize(p, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
        .reshape(-1, 3).astype(float)
        for p in (before, after)
    )  # fmt: skip
    known = np.column_stack([old, old[:, 0] ** 2 / 100, np.ones(len(old))])
    solved = np.linalg.lstsq(known.T @ known + 1e-3 * len(old) * np.eye(5), known.T @ new[:, 1:], rcond=None)[0]
    return float(np.percentile(np.hypot(*(new[:, 1:] - known @ solved).T), 95))


def cast(before: np.ndarray, after: np.ndarray) -> float:
    """Change of the mean colour of a whole picture (H, W, 3) uint8, in Lab units, without its lightness."""
    means = [
        cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB).reshape(-1, 3).mean(0)[1:]
        for picture in (before, after)
    ]
    return float(np.hypot(*(means[1] - means[0])))


def _reflections_ev(before: np.ndarray, after: np.ndarray, people: Sequence[Instance]) -> float:
    """The most by which a reflection became brighter or darker than its person did, in stops, over both means."""

    def change(person: Instance) -> float:
        old, new = (_linear(p[person.mask]).mean() for p in (before, after))
        return float(np.log2((new + 1e-3) / (old + 1e-3)))

    direct = {person.instance_id: person for person in people if person.reflection_of is None}
    gaps = [
        abs(change(person) - change(direct[person.reflection_of]))
        for person in people
        if person.reflection_of is not None and person.reflection_of in direct
    ]
    return max(gaps) if gaps else math.nan


def _linear(picture: np.ndarray) -> np.ndarray:
    return np.asarray(((picture.astype(np.float32) / 255 + 0.055) / 1.055) ** 2.4)
