"""Colours of streets in linear Rec. 709, and the signs of shops.

Albedos stay between about 0.02 (soot, dark iron) and 0.75 (fresh white paint), as those of real materials do.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from blender_synth.values import Rgb, plain
from blender_synth.world.scenery.shared.street_parts import PavingPattern, WallMaterial

SHOP_WORDS = (
    "BAKERY", "CAFÉ LUNA", "BOOKS", "PHARMACY", "FLOWERS", "OPTIK", "TAPAS BAR", "HAIR & CO", "BARBER", "TAILOR",
    "WINE SHOP", "BISTRO", "ANTIQUES", "SHOES", "GROCER", "KIOSK", "LAUNDRY", "PIZZERIA", "RECORDS", "TEA ROOM",
    "BICYCLES", "HARDWARE", "GELATO", "PHOTO", "STATIONER", "FRUIT & VEG", "NOODLES", "JEWELLER", "DELI", "TOYS",
)  # fmt: skip

PLASTER = ("#e8dcbf", "#e3c98f", "#d9b787", "#e9e4d8", "#cfd3cc", "#d8a88a", "#c9b79a", "#e2d2a8", "#b9c3c0", "#d7c9b8",
           "#c58f6d", "#efe9dc", "#a9b39d", "#d4b0a0")  # fmt: skip
BRICK = ("#80493a", "#8d5845", "#74463b", "#946650", "#a58865", "#684a42", "#8a6152", "#9c8f7c")
STONE = ("#c9bfa8", "#b7ad9a", "#d2c6ac", "#a8a294", "#bcae92", "#c2b8a6")
FRAMES = ("#ece9e0", "#ece9e0", "#e2dccb", "#5a4030", "#2f3a34", "#34383c", "#7a5a40", "#3d2f28")
DOORS = ("#2c4a3c", "#5a2a24", "#26364e", "#5b3c26", "#1e2022", "#7b2f2a", "#3f5a66", "#6e6a52", "#8a5a30")
ROOFS = ("#8c4f3a", "#7a4636", "#545a60", "#44484c", "#6b5a4c", "#96583e")
SHUTTERS = ("#3f5a46", "#5c4433", "#5f7480", "#7c8a82", "#8a8f8c", "#2f4f5a")
FASCIAS = ("#1f3b34", "#7a1f22", "#1c2c48", "#22201e", "#c9b58a", "#e9e4d6", "#4a5a3a", "#8a3c22", "#2f5d73", "#c08a2a",
           "#5d2a4a", "#e4dfd5")  # fmt: skip
AWNINGS = ("#7c2322", "#274a38", "#d6c9a8", "#2b3e63", "#a8552c", "#5b5b55", "#c9a03a")
PAVING: dict[PavingPattern, tuple[str, ...]] = {
    "slabs": ("#a49e94", "#989389", "#aea391", "#8f8c86"),
    "bond": ("#a39c90", "#9a9184", "#8d8b88", "#ada08c"),
    "pavers": ("#9a7d66", "#a38a72", "#8d8378", "#97705c"),
    "setts": ("#7d7a76", "#86807a", "#6f6c6a"),
}
CAR_PAINT = (("#e9e9e6", 0.2, False), ("#1a1b1d", 0.17, True), ("#7d8288", 0.17, True), ("#b9bcbe", 0.14, True),
             ("#1d2f57", 0.08, True), ("#7b1416", 0.07, True), ("#3b3f44", 0.08, True), ("#a8201a", 0.03, False),
             ("#2f4a42", 0.03, True), ("#c8b58e", 0.03, True))  # fmt: skip


def to_rgb(channels: Iterable[float]) -> Rgb:
    """Three numbers as a colour.

    Raises:
        ValueError: they are not three.
    """
    r, g, b = (float(c) for c in channels)
    return (r, g, b)


def linear(code: str) -> Rgb:
    """`#rrggbb` (sRGB, IEC 61966-2-1) to linear."""
    channels = [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return to_rgb(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)


def blend(a: Rgb, b: Rgb, t: float) -> Rgb:
    """Linear interpolation from `a` (t = 0) to `b` (t = 1)."""
    return to_rgb(x + (y - x) * t for x, y in zip(a, b, strict=True))


def _vary(rng: np.random.Generator, rgb: Rgb, value: float = 0.12, tint: float = 0.04) -> Rgb:
    gain = np.exp(rng.normal(0, value))
    channels = np.array(rgb) * gain * np.exp(rng.normal(0, tint, 3))
    return to_rgb(np.clip(channels, 0.012, 0.78))


def _one(rng: np.random.Generator, codes: tuple[str, ...], value: float = 0.12, tint: float = 0.04) -> Rgb:
    return _vary(rng, linear(codes[int(rng.integers(0, len(codes)))]), value, tint)


@plain
class HouseColours:
    """The colours of one house."""

    wall_rgb: Rgb
    trim_rgb: Rgb
    frame_rgb: Rgb
    door_rgb: Rgb
    roof_rgb: Rgb
    shutters_rgb: Rgb


def house(rng: np.random.Generator, wall: WallMaterial) -> HouseColours:
    """Matching colours for a house of one wall material."""
    codes: dict[WallMaterial, tuple[str, ...]] = {"plaster": PLASTER, "brick": BRICK, "stone": STONE}
    wall_rgb = _one(rng, codes[wall])
    light = linear(STONE[int(rng.integers(0, len(STONE)))])
    trim = blend(wall_rgb, light, 0.25) if wall == "stone" else _vary(rng, light)
    if wall == "plaster" and rng.random() < 0.4:
        trim = blend(wall_rgb, (0.72, 0.70, 0.64), 0.7)
    return HouseColours(
        wall_rgb=wall_rgb,
        trim_rgb=trim,
        frame_rgb=_one(rng, FRAMES, 0.05, 0.01),
        door_rgb=_one(rng, DOORS),
        roof_rgb=_one(rng, ROOFS),
        shutters_rgb=_one(rng, SHUTTERS),
    )


def paving(rng: np.random.Generator, pattern: PavingPattern) -> Rgb:
    """Mean colour of paving of one pattern."""
    return _one(rng, PAVING[pattern], 0.1, 0.02)


def kerb(rng: np.random.Generator) -> Rgb:
    """Colour of granite or concrete kerbs."""
    return _one(rng, ("#a8a49c", "#9c9a96", "#8d8c8a", "#b0a89a"), 0.08, 0.01)


def shop(rng: np.random.Generator) -> tuple[Rgb, Rgb, Rgb]:
    """Colours of a fascia, of legible letters on it, and of the awning."""
    fascia = _one(rng, FASCIAS)
    dark = sum(fascia) / 3 > 0.25
    letters = (0.03, 0.03, 0.035) if dark else ((0.62, 0.58, 0.48) if rng.random() < 0.5 else (0.7, 0.69, 0.66))
    return fascia, letters, _one(rng, AWNINGS)


def ironwork(rng: np.random.Generator) -> Rgb:
    """Painted iron: black, dark green, dark grey, or galvanised."""
    return _one(rng, ("#1d2021", "#23332c", "#3a3f42", "#2a2d33", "#6d7274"), 0.08, 0.02)


def furniture_paint(rng: np.random.Generator) -> Rgb:
    """Colour of benches, bins and planters."""
    return _one(rng, ("#25372c", "#2b2d2f", "#4a4d4c", "#6b4a30", "#3c4a55"), 0.08, 0.02)


def car(rng: np.random.Generator) -> tuple[Rgb, bool]:
    """A car's colour, with roughly the shares on European roads, and whether it is metallic."""
    shares = np.array([share for _, share, _ in CAR_PAINT])
    code, _, metallic = CAR_PAINT[int(rng.choice(len(CAR_PAINT), p=shares / shares.sum()))]
    return _vary(rng, linear(code), 0.08, 0.02), metallic
