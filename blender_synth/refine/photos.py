"""The user's photographs: found, read, resized. They stay in memory; nothing of them is written but in the model."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from blender_synth.errors import RunError
from blender_synth.progress import each, print_line
from blender_synth.seeds import rng_for

PICTURES = frozenset([".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"])
VIDEOS = frozenset([".avi", ".mp4", ".mov", ".mkv", ".webm", ".m4v"])
FEWEST, FEW = 4, 50
"""Photographs below which nothing can be learned, and below which the model learns these very pictures."""
_HUGE_BYTES = 60_000_000
_LEAST_PX = 48


@dataclass(frozen=True)
class PhotoSet:
    """Photographs of one folder.

    Attributes:
        pictures: (H, W, 3) uint8 RGB, shorter side as asked for.
        names: of their files, of videos with the frame's number.
        digest: SHA-256 of the files, in the order of their paths. skipped: files that could not be read, with reasons.
    """

    pictures: list[np.ndarray]
    names: list[str]
    digest: str
    skipped: list[str]


def read_photos(folder: Path, shorter_px: int, most: int, from_video: int, seed: int = 0) -> PhotoSet:
    """Read photographs and pictures of videos; turned as their EXIF data says.

    Args:
        shorter_px: larger pictures are resized to it; smaller ones stay. most: pictures kept, drawn by `seed`.
        from_video: pictures of each video, evenly in time.

    Raises:
        RunError: there is no folder, or there are fewer than `FEWEST` photographs that can be read.
    """
    files = _files(folder)
    order = rng_for(seed, 0, "refine/photos").permutation(len(files))
    chosen = sorted(order[:most].tolist())
    pictures, names, skipped, sums = [], [], [], []
    gray = 0
    for number in each(chosen, "photographs", "file"):
        file = files[number]
        try:
            sums.append(hashlib.sha256(file.read_bytes()).hexdigest())
            found = _of_video(file, from_video) if file.suffix.lower() in VIDEOS else [_of_file(file)]
        except (OSError, ValueError, MemoryError, cv2.error) as error:
            skipped.append(f"{file}: {' '.join(str(error).split())[:160]}")
            continue
        for index, picture in enumerate(found):
            pictures.append(resized(picture, shorter_px))
            names.append(file.name if len(found) == 1 else f"{file.name}#{index}")
            gray += _is_gray(pictures[-1])
    if len(pictures) > most:
        kept = sorted(rng_for(seed, 1, "refine/photos").permutation(len(pictures))[:most].tolist())
        pictures, names = [pictures[i] for i in kept], [names[i] for i in kept]
    for line in skipped[:10]:
        print_line(f"left out: {line}")
    if len(skipped) > 10:
        print_line(f"left out: {len(skipped) - 10} more files")
    if len(pictures) < FEWEST:
        raise RunError(
            f"only {len(pictures)} photographs can be read, and at least {FEWEST} are needed" if files else
            "the folder holds no photographs",
            file=folder, key="photos", value=str(folder),
            hint=f"put {FEW} or more {', '.join(sorted(PICTURES))} files or a video of the same camera into it",
        )  # fmt: skip
    if len(pictures) < FEW:
        print_line(
            f"only {len(pictures)} photographs: the model will learn these very pictures; "
            f"{FEW} or more of different places and times are better"
        )
    if gray > len(pictures) / 10:
        print_line(f"{gray} of {len(pictures)} photographs are greyscale: the model will take colour away")
    return PhotoSet(pictures, names, hashlib.sha256("".join(sums).encode()).hexdigest(), skipped)


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise RunError(
            "there is no such folder", file=folder, key="photos", value=str(folder), hint="give a folder of photographs"
        )
    known = PICTURES | VIDEOS
    return sorted(file for file in folder.rglob("*") if file.suffix.lower() in known and file.is_file())


def _of_file(file: Path) -> np.ndarray:
    if not file.stat().st_size:
        raise ValueError("the file is empty")
    # a reduced decode of large files costs a fraction of the time and memory
    flags = cv2.IMREAD_REDUCED_COLOR_2 if file.stat().st_size > _HUGE_BYTES else cv2.IMREAD_COLOR
    image = cv2.imread(str(file), flags)
    if image is None:
        raise ValueError("the picture cannot be decoded")
    return _checked(image)


def _of_video(file: Path, count: int) -> list[np.ndarray]:
    video = cv2.VideoCapture(str(file))
    total = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
    wanted = set(np.linspace(0, max(total - 1, 0), min(count, max(total, 1))).astype(int).tolist())
    found = []
    for number in range(max(total, 1)):
        if not video.grab():
            break
        if number in wanted:
            ok, image = video.retrieve()
            if ok:
                found.append(_checked(image))
    video.release()
    if not found:
        raise ValueError("the video cannot be decoded")
    return found


def _checked(image: np.ndarray) -> np.ndarray:
    if min(image.shape[:2]) < _LEAST_PX:
        raise ValueError(f"the picture is of {image.shape[1]} x {image.shape[0]} pixels, too small")
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))


def resized(picture: np.ndarray, shorter_px: int) -> np.ndarray:
    """The picture with its shorter side not above `shorter_px`."""
    height, width = picture.shape[:2]
    scale = shorter_px / min(height, width)
    if scale >= 1:
        return picture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def _is_gray(picture: np.ndarray) -> int:
    small = picture[::8, ::8].astype(int)
    return int((small.max(-1) - small.min(-1)).max() <= 2)


def held_out(count: int, share: float = 0.25) -> tuple[Sequence[int], Sequence[int]]:
    """Numbers of the photographs to learn from, and of those to measure with: every fourth one."""
    every = max(2, round(1 / share))
    measured = [i for i in range(count) if i % every == every - 1]
    return [i for i in range(count) if i % every != every - 1], measured
