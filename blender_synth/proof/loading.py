"""Pictures and targets for the network: cut, mirrored and recoloured for training, fitted in as they are for tests."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from blender_synth.errors import RunError
from blender_synth.proof.datasets import Picture, is_recognizable
from blender_synth.verify.coco_files import mask_of

MASK_STRIDE = 4
_LEAST_SHARE, _LEAST_PX = 0.3, 6
"""What a crop must leave of a box to be an object to find: share of its area, and height; less is ignored."""


@dataclass(frozen=True)
class Sample:
    """One picture for the network.

    Attributes:
        picture: (H, W, 3) uint8 RGB. boxes: (G, 4) float32 x0, y0, x1, y1. classes: (G,) int64; -1 is to be ignored.
        masks: (G, H / 4, W / 4) uint8. surfaces: (H / 4, W / 4) uint8, 1 where surfaces reflect.
        matrix: (2, 3) from pixels of the file to those of `picture`. size_px: of the file.
    """

    picture: np.ndarray
    boxes: np.ndarray
    classes: np.ndarray
    masks: np.ndarray
    surfaces: np.ndarray
    matrix: np.ndarray
    size_px: tuple[int, int]


def fitted(picture: Picture, input_px: tuple[int, int]) -> Sample:
    """A whole picture as large as the input allows, at its upper left."""
    image = read_picture(picture)
    height, width = image.shape[:2]
    scale = min(input_px[0] / width, input_px[1] / height)
    return _sample(picture, image, np.array([[scale, 0, 0], [0, scale, 0]], float), input_px, {}, False)


def augmented(
    picture: Picture,
    input_px: tuple[int, int],
    crop: tuple[float, float],
    classes: Mapping[int, int],
    rng: np.random.Generator,
    style: np.ndarray | None = None,
    surfaces: Collection[int] = (),
    min_visibility: float = 0.0,
) -> Sample:
    """A random part of a picture, mirrored half of the time, in other colours.

    Args:
        crop: smallest and largest share of the width that is shown. classes: class by category id; others are left
            out.
        style: (h, w, 3) uint8 photograph whose lowest frequencies the picture takes over (see `fourier`).
        surfaces: category ids of reflecting surfaces. min_visibility: of the objects to find; see `is_recognizable`.
    """
    image = read_picture(picture)
    height, width = image.shape[:2]
    share, at_x, at_y, flip, strength = rng.uniform(size=5)
    shown = width * (crop[0] + (crop[1] - crop[0]) * share)
    scale = input_px[0] / shown
    spare = height - input_px[1] / scale  # below zero, the input is taller than what it shows
    top = at_y * spare if spare > 0 or shown > width else 0.0
    matrix = np.array([[scale, 0, -scale * at_x * (width - shown)], [0, scale, -scale * top]])
    if flip < 0.5:
        matrix = np.array([[-1, 0, input_px[0]], [0, 1, 0]]) @ np.vstack([matrix, [0, 0, 1]])
    if style is not None:
        from blender_synth.proof.fourier import adapted

        image = adapted(image, style, 0.01 + 0.02 * strength)
    sample = _sample(picture, image, matrix, input_px, classes, True, surfaces, min_visibility)
    return replace(sample, picture=_recoloured(sample.picture, rng))


def read_picture(picture: Picture) -> np.ndarray:
    """(H, W, 3) uint8 RGB.

    Raises:
        RunError: the file is missing or damaged, or of another size than its row says.
    """
    image = cv2.imread(str(picture.file), cv2.IMREAD_COLOR)
    if image is None:
        raise RunError("the picture cannot be read", file=picture.file, hint="export the dataset again, or replace it")
    known, found = (picture.image["width"], picture.image["height"]), (image.shape[1], image.shape[0])
    if known != found:
        raise RunError(
            "the picture is of another size than its COCO file says, so its boxes would not fit", file=picture.file,
            key="images.width, height", value=list(known),
            hint=f"it has {list(found)}, turned as its EXIF data says: label the pictures as they are",
        )  # fmt: skip
    return np.ascontiguousarray(image[..., ::-1])


def _sample(
    picture: Picture,
    image: np.ndarray,
    matrix: np.ndarray,
    input_px: tuple[int, int],
    classes: Mapping[int, int],
    with_masks: bool,
    surfaces: Collection[int] = (),
    min_visibility: float = 0.0,
) -> Sample:
    height, width = image.shape[:2]
    shrinks = abs(matrix[0, 0]) < 0.7
    flags = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    if shrinks:  # warpAffine does not average
        scale = abs(float(matrix[0, 0]))
        image = cv2.resize(image, (round(width * scale), round(height * scale)), interpolation=flags)
        to_file = np.array([[width / image.shape[1], 0, 0], [0, height / image.shape[0], 0], [0, 0, 1]])
        warp = matrix @ to_file
    else:
        warp = matrix
    # pixel centres are at +0.5 here and at 0 in OpenCV
    centred = warp.copy()
    centred[:, 2] += warp[:, :2] @ [0.5, 0.5] - 0.5
    seen = cv2.warpAffine(image, centred, input_px, flags=cv2.INTER_LINEAR, borderValue=(114, 114, 114))
    boxes, numbers, masks = [], [], []
    small = (input_px[1] // MASK_STRIDE, input_px[0] // MASK_STRIDE)
    covered = np.zeros(small, np.uint8)
    for row in picture.annotations:
        if int(row["category_id"]) in surfaces:
            covered |= _mask(picture, row, (height, width), matrix, input_px)
        if int(row["category_id"]) not in classes:
            continue
        x, y, w, h = row["bbox"]
        ends = np.array([[x, y], [x + w, y + h]]) @ matrix[:, :2].T + matrix[:, 2]
        low, high = ends.min(0), ends.max(0)
        inside_low, inside_high = np.clip(low, 0, input_px), np.clip(high, 0, input_px)
        left = float(np.prod(inside_high - inside_low))
        if left <= 1:
            continue
        boxes.append([*inside_low, *inside_high])
        whole = left >= _LEAST_SHARE * float(np.prod(high - low)) and inside_high[1] - inside_low[1] >= _LEAST_PX
        counts = whole and not row.get("iscrowd") and is_recognizable(row, min_visibility)
        numbers.append(classes[int(row["category_id"])] if counts else -1)
        if with_masks:
            masks.append(_mask(picture, row, (height, width), matrix, input_px))
    return Sample(
        seen,
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(numbers, np.int64),
        np.array(masks, np.uint8).reshape(-1, *small) if with_masks else np.zeros((0, *small), np.uint8),
        covered,
        matrix,
        (width, height),
    )


def _mask(
    picture: Picture, row: Mapping[str, object], size: tuple[int, int], matrix: np.ndarray, input_px: tuple[int, int]
) -> np.ndarray:
    whole = np.zeros(size, np.uint8)
    if segmentation := row.get("segmentation"):
        try:
            whole = mask_of(segmentation, *size).astype(np.uint8)
        except ValueError as error:
            raise RunError(
                f"a mask cannot be used: {error}", file=picture.file, key="segmentation",
                value=f"annotation {row.get('id')}", hint="export the dataset again",
            ) from None  # fmt: skip
    small = matrix / MASK_STRIDE
    centred = small.copy()
    centred[:, 2] += small[:, :2] @ [0.5, 0.5] - 0.5
    return cv2.warpAffine(
        np.ascontiguousarray(whole), centred, (input_px[0] // MASK_STRIDE, input_px[1] // MASK_STRIDE),
        flags=cv2.INTER_NEAREST,
    )  # fmt: skip


def _recoloured(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Other exposure, contrast, gamma, white balance and saturation, more noise."""
    gain, gamma, contrast = 2 ** rng.uniform((-0.6, -0.35, -0.35), (0.6, 0.35, 0.35))
    warmth, saturation, noise, blur = rng.uniform(size=4)
    levels = np.linspace(0, 1, 256) ** gamma * gain
    levels = (levels - 0.4) * contrast + 0.4
    table = np.stack([levels * 2 ** (0.3 * warmth - 0.15), levels, levels * 2 ** (0.15 - 0.3 * warmth)], -1)
    image = cv2.LUT(picture, np.clip(table * 255, 0, 255).astype(np.uint8)[None])
    if saturation < 0.5:
        grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        image = cv2.addWeighted(image, 2 * saturation, grey, 1 - 2 * saturation, 0)
    if blur < 0.2:
        image = cv2.GaussianBlur(image, (0, 0), 0.3 + 4 * blur)
    if noise < 0.3:
        spread = rng.normal(0, 30 * noise, image.shape[:2])[..., None]
        image = np.clip(image + spread, 0, 255).astype(np.uint8)
    return image


def batch_arrays(samples: Sequence[Sample]) -> np.ndarray:
    """(B, 3, H, W) float32 from 0 to 1."""
    return np.stack([sample.picture for sample in samples]).transpose(0, 3, 1, 2).astype(np.float32) / 255
