"""What a user may configure, with types and bounds. Validation names the full key and the fix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import ConfigError
from blender_synth.values import Range, plain
from blender_synth.world.registry import kind_module


@plain
class RenderSettings:
    """How the picture is rendered. Only `width_px` and `height_px` bear on the labels.

    Attributes:
        samples: most samples a pixel gets; `adaptive_threshold`: noise at which it stops earlier (0: never).
        denoise_prefilter: how OIDN's albedo and normal guides are cleaned; `accurate` costs seconds a frame.
        max_bounces: of light in all; the picture's mirrors get as many as the labels follow, whatever this says.
        device: `auto` takes the best that Cycles finds here.
        threads: CPU threads; 0 means all.
    """

    width_px: int = Field(default=960, ge=16, le=16384)
    height_px: int = Field(default=540, ge=16, le=16384)
    samples: int = Field(default=32, ge=1, le=65536)
    adaptive_threshold: float = Field(default=0.05, ge=0, le=1)
    denoise: bool = True
    denoise_prefilter: Literal["none", "fast", "accurate"] = "fast"
    max_bounces: int = Field(default=6, ge=1, le=64)
    device: Literal["auto", "cpu", "cuda", "optix", "hip", "oneapi", "metal"] = "auto"
    threads: int = Field(default=0, ge=0, le=1024)


@plain
class AcceptanceCriteria:
    """What a frame must show; the scene is drawn again until it does or `max_attempts` are used up.

    Attributes:
        min_people: people seen directly. min_reflected_people: people seen in a mirror (each counted once); null is 1
            where there are mirrors and people at all.
        min_height_px: only those at least this tall in the picture count.
        min_visible_px: ... and with at least this many pixels to be seen.
        min_reflected_px: ... in a mirror; null is 400 in a picture of 960 x 540, and in proportion in others.
        max_attempts: how often a scene may be drawn.
        on_shortfall: `keep` the best drawing, or `fail` the frame.
    """

    min_people: int = Field(default=0, ge=0)
    min_reflected_people: int | None = Field(default=None, ge=0)
    min_height_px: float = Field(default=0, ge=0)
    min_visible_px: int = Field(default=50, ge=1)
    min_reflected_px: int | None = Field(default=None, ge=1)
    max_attempts: int = Field(default=20, ge=1, le=1000)
    on_shortfall: Literal["keep", "fail"] = "keep"


@plain
class WorkerSettings:
    """The processes that own Blender.

    Attributes:
        count: how many render side by side. timeout_s: for one frame; then the worker is stopped and started anew.
        frames_per_worker: after so many frames a worker is replaced. max_memory_mb: ... or at this size (0: no limit).
        tries: how often a frame that broke its worker is tried in all.
    """

    count: int = Field(default=1, ge=1, le=256)
    timeout_s: float = Field(default=1800.0, gt=0)
    frames_per_worker: int = Field(default=200, ge=1)
    max_memory_mb: int = Field(default=0, ge=0)
    tries: int = Field(default=2, ge=1, le=10)


@plain
class MirrorGroup:
    """How many mirrors of one kind a scene gets, and what draws them."""

    count: Range
    randomizer: Any


@dataclass(frozen=True)
class RunSettings:
    """A whole validated config. `plain` is the config as it was composed, ready for YAML."""

    frames: int
    seed: int
    output: Path
    dataset: Path
    runs: tuple[str, ...]
    packs: tuple[Path, ...]
    packs_on_error: str
    props: Any
    accept: AcceptanceCriteria
    render: RenderSettings
    worker: WorkerSettings
    develop: DevelopSettings
    scenery: Any
    pedestrians: Any
    mirrors: Mapping[str, MirrorGroup]
    weather: Any
    camera: Any
    exporter: Any
    plain: dict
    surfaces: dict[str, Any]
    """What parts of the scenery are made of instead: `SurfaceChoices`."""
    scene_digest: str = ""
    """Of the scene's files; another one is another scene."""
    paired: bool = False
    """Whether every scene gives two frames: with its mirrors, and with matt panels in their places."""


def validate(type_: Any, value: Any, key: str, file: Any = None) -> Any:
    """`value` as `type_`.

    Raises:
        ConfigError: with the full key, the value and what would do instead.
    """
    try:
        return TypeAdapter(type_).validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join([key, *(str(part) for part in first["loc"] if not str(part).startswith("function-"))])
        unknown = first["type"] in ("unexpected_keyword_argument", "extra_forbidden")
        if unknown:
            fields = ", ".join(sorted(getattr(type_, "__dataclass_fields__", {})))
            problem, hint = "there is no such key", f"use one of: {fields}" if fields else "remove it"
        else:
            problem, hint = "the value cannot be used", first["msg"].removeprefix("Value error, ")
        shown = first["input"] if first["type"] != "missing" else None
        raise ConfigError(problem, file=file, key=where, value=shown, hint=hint) from None


def randomizer_from(group: str, data: Any, key: str | None = None, file: Any = None) -> Any:
    """The randomizer of a group's kind, from its mapping in the config, or in a `file` named in messages.

    Raises:
        ConfigError: no mapping, no kind, an unknown kind, or a bad value.
    """
    key = key or group
    if not isinstance(data, Mapping) or "kind" not in data:
        raise ConfigError("a mapping with a `kind` is needed", key=key, value=data, hint=f"choose one, e.g. {key}=...")
    randomizer = kind_module(group, str(data["kind"])).Randomizer
    fields = {
        name: value for name, value in data.items() if name != "kind" or "kind" in randomizer.__dataclass_fields__
    }
    return validate(randomizer, fields, key, file)
