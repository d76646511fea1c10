"""What each arm trains on. All arms see the same number of pictures and take the same number of steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from blender_synth.errors import ConfigError

Frames = Literal["mirrors", "pairs", "matt"]


@dataclass(frozen=True)
class Arm:
    """One way to use the runs.

    Attributes:
        title: for tables. classes: of its network.
        export: overrides of the exporter. frames: `mirrors` takes the frames as they are; `pairs` half as many of them,
            each with its twin without mirrors; `matt` only twins.
        needs: key of the settings that it cannot do without. fourier: whether pictures are adapted to photographs.
        surfaces: whether its network also learns where reflecting surfaces are.
    """

    name: str
    title: str
    classes: int = 2
    export: tuple[str, ...] = ("exporter.reflections=category",)
    frames: Frames = "mirrors"
    needs: str = ""
    fourier: bool = False
    surfaces: bool = False


ARMS = {
    arm.name: arm
    for arm in (
        Arm("a", "people only, reflections unlabelled", 1, ("exporter.reflections=omit",)),
        Arm("b", "reflections labelled as people", 1, ("exporter.reflections=attribute",)),
        Arm("c", "two classes"),
        Arm("d", "two classes, half of the pictures are matt twins", frames="pairs"),
        Arm("e", "two classes, three airs per frame",
            export=("exporter.reflections=category", "develop.mor_m=[20000,600,150]")),
        Arm("f", "two classes, colours adapted to photographs (FDA)", needs="photos", fourier=True),
        Arm("g", "two classes, refined by the GAN", needs="refined"),
        Arm("h", "two classes, and where the mirrors are", surfaces=True),
        Arm("m", "no reflection rendered: matt twins only", frames="matt"),
    )
}  # fmt: skip

PAIRS = (
    ("c", "b"), ("c", "a"), ("c", "m"), ("d", "c"), ("e", "c"), ("f", "c"), ("g", "c"), ("h", "c"), ("h", "b"),
    ("b", "a"),
)  # fmt: skip
"""Arms whose difference says what a part is worth: the label, rendered reflections, pairs, airs, FDA, the GAN, masks of
mirrors."""


def arm_of(name: str, key: str = "proof.arms") -> Arm:
    """The arm of a name.

    Raises:
        ConfigError: there is none.
    """
    if name not in ARMS:
        hint = "use " + ", ".join(f"{arm.name} ({arm.title})" for arm in ARMS.values())
        raise ConfigError("there is no such arm", key=key, value=name, hint=hint)
    return ARMS[name]
