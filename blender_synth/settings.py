"""What a user may configure, with types and bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import ConfigError
from blender_synth.exporters.contract import ExporterSettings
from blender_synth.frame_numbers import Frames
from blender_synth.validation import validate
from blender_synth.values import Converted, NonNegativeRange, plain
from blender_synth.world.contracts import CameraRandomizer, MirrorRandomizer, SceneryRandomizer, WeatherRandomizer
from blender_synth.world.materials import MaterialChoices
from blender_synth.world.placement.crowd import Crowd
from blender_synth.world.placement.lookalikes import LookalikeGroup
from blender_synth.world.placement.props import PropRandomizer
from blender_synth.world.registry import kind_module, kinds_of

if TYPE_CHECKING:  # it needs Hydra, which workers do without
    from blender_synth.sweeps import Job


@plain
class RenderSettings:
    """How the picture is rendered. Only `width_px` and `height_px` affect the labels.

    Parameters:

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `width_px` | 960 | px | width of the picture, 16 to 16384 |
    | `height_px` | 540 | px | height of the picture, 16 to 16384 |
    | `samples` | 24 | per pixel | number of samples; the highest number with adaptive sampling |
    | `adaptive_threshold` | 0 | noise level | a pixel below it gets no more samples; 0: adaptive sampling is off |
    | `denoise` | true | - | whether OpenImageDenoise cleans the picture |
    | `denoise_prefilter` | accurate | - | how its albedo and normal guides are cleaned: none, fast, accurate |
    | `max_bounces` | 6 | bounces | of light paths; picture and labels follow the same number of mirrors regardless |
    | `device` | auto | - | cpu, cuda, optix, hip, oneapi, metal; auto: the best that Cycles finds |
    | `threads` | 0 | threads | CPU threads of a worker; 0: all of the machine's, divided among its workers |
    """

    width_px: int = Field(default=960, ge=16, le=16384)
    height_px: int = Field(default=540, ge=16, le=16384)
    samples: int = Field(default=24, ge=1, le=65536)
    adaptive_threshold: float = Field(default=0.0, ge=0, le=1)
    denoise: bool = True
    denoise_prefilter: Literal["none", "fast", "accurate"] = "accurate"
    max_bounces: int = Field(default=6, ge=1, le=64)
    device: Literal["auto", "cpu", "cuda", "optix", "hip", "oneapi", "metal"] = "auto"
    threads: int = Field(default=0, ge=0, le=1024)


@plain
class AcceptanceCriteria:
    """What a frame must show; its scene is resampled until it does or `max_attempts` are used up.

    Parameters:

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `min_people` | 0 | people | seen directly |
    | `min_reflected_people` | null | people | seen in mirrors, each once; null: 1 if there are mirrors and people |
    | `min_height_px` | 0 | px | people less tall in the picture do not count |
    | `min_visible_px` | 50 | px | people with fewer visible pixels do not count |
    | `min_reflected_px` | null | px | the same for reflections; null: 400 of 960 x 540, in proportion in other sizes |
    | `max_attempts` | 20 | attempts | how often a scene is sampled at most |
    | `on_shortfall` | keep | - | keep the best candidate, or `fail` the frame |
    """

    min_people: int = Field(default=0, ge=0)
    min_reflected_people: int | None = Field(default=None, ge=0)
    min_height_px: float = Field(default=0, ge=0)
    min_visible_px: int = Field(default=50, ge=1)
    min_reflected_px: int | None = Field(default=None, ge=1)
    max_attempts: int = Field(default=20, ge=1, le=1000)
    on_shortfall: Literal["keep", "fail"] = "keep"


_GpuNumbers = Annotated[tuple[Annotated[int, Field(ge=0, le=1023)], ...], Field(min_length=1)]


@plain
class WorkerSettings:
    """The processes that run Blender.

    Parameters:

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `count` | auto | processes | that render at the same time; auto: `per_gpu` for each GPU, on the CPU 2 |
    | `gpus` | auto | numbers | GPUs to use, as `nvidia-smi` numbers them; a worker sees only its own |
    | `per_gpu` | 2 | processes | for each GPU: one builds the next scene while the other renders |
    | `timeout_s` | 1800 | s | for the label passes or the picture of one frame; the process is then replaced |
    | `frames_per_worker` | 200 | frames | a process is replaced after so many |
    | `max_memory_mb` | 0 | MB | a process that grew larger is replaced after its frame; 0: no limit |
    | `tries` | 2 | attempts | for a frame over which a process was lost |
    """

    count: Literal["auto"] | Annotated[int, Field(ge=1, le=256)] = "auto"
    gpus: Literal["auto"] | _GpuNumbers = "auto"
    per_gpu: int = Field(default=2, ge=1, le=16)
    timeout_s: float = Field(default=1800.0, gt=0)
    frames_per_worker: int = Field(default=200, ge=1)
    max_memory_mb: int = Field(default=0, ge=0)
    tries: int = Field(default=2, ge=1, le=10)


@plain
class ViewSettings:
    """What differs between the views of one scene (`views_per_scene`).

    Parameters:

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `vary` | camera | - | camera: it moves; weather: time of day, clouds and visibility change |
    """

    vary: Literal["camera", "weather"] = "camera"


@plain
class MirrorGroup:
    """How many mirrors of one kind a scene gets, and their randomizer.

    Parameters:

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `count` | required | mirrors | number of them in a scene |
    | `randomizer` | required | settings | how they vary; in a config its keys are next to `count` |
    """

    count: NonNegativeRange
    randomizer: Annotated[MirrorRandomizer, Converted()]


@dataclass(frozen=True)
class RunSettings:
    """A whole validated config.

    Attributes:
        output: run folder. dataset: dataset folder. runs: run folders to export, as given (globs allowed).
        packs: folders or archives of asset packs. packs_on_error: whether a damaged item stops the run or is skipped.
        surfaces: materials of packs for parts of the scenery, by `materials.SURFACES`.
        exporter: the `Settings` of the exporter chosen.
        frames: indices of the frames that the run is to hold.
        plain: the config as it was composed, ready for YAML.
        overrides: of the command line. config_folders: given with `--config-dir`. job: of a sweep.
        shard: name of the share of the frames that the run holds, and of its folder; empty where they are not divided.
        scene_digest: of the scene's files; a changed scene has another one.
        paired: whether every scene gives two frames: with its mirrors, and with matt panels in their places.
        views_per_scene: how many frames show the same scene. views: what differs between them.
    """

    frames: Frames
    seed: int
    output: Path
    dataset: Path
    runs: tuple[str, ...]
    packs: tuple[Path, ...]
    packs_on_error: Literal["stop", "skip"]
    props: PropRandomizer
    accept: AcceptanceCriteria
    render: RenderSettings
    worker: WorkerSettings
    develop: DevelopSettings
    scenery: SceneryRandomizer
    pedestrians: Crowd
    mirrors: Mapping[str, MirrorGroup]
    weather: WeatherRandomizer
    camera: CameraRandomizer
    exporter: ExporterSettings
    plain: dict[str, Any]
    surfaces: Mapping[str, MaterialChoices]
    scene_digest: str = ""
    paired: bool = False
    views_per_scene: int = 1
    views: ViewSettings = field(default_factory=ViewSettings)
    lookalikes: Mapping[str, LookalikeGroup] = field(default_factory=dict)
    overrides: tuple[str, ...] = ()
    config_folders: tuple[str, ...] = ()
    job: Job | None = None
    shard: str = ""

    def scene_of(self, frame_index: int) -> tuple[int, int, Literal["mirror", "matt"] | None]:
        """(number of the scene, number of the view, role in a pair) of a frame.

        The views of a scene follow each other; with `paired` those with mirrors come before those with matt panels.
        """
        number, view = divmod(frame_index, self.views_per_scene)
        if not self.paired:
            return number, view, None
        return number // 2, view, "matt" if number % 2 else "mirror"


def randomizer_from(group: str, data: Any, key: str | None = None, file: Any = None) -> Any:
    """The randomizer of a group's kind, from its mapping in the config, or in a `file` named in messages.

    Raises:
        ConfigError: no mapping, no kind, an unknown kind, or a bad value.
    """
    key = key or group
    if not isinstance(data, Mapping) or "kind" not in data:
        hint = f"give it a `kind`, one of: {', '.join(kinds_of(group))}"
        raise ConfigError("a mapping with a `kind` is needed", key=key, value=data, hint=hint)
    randomizer = kind_module(group, str(data["kind"])).Randomizer
    fields = {
        name: value for name, value in data.items() if name != "kind" or "kind" in randomizer.__dataclass_fields__
    }
    return validate(randomizer, fields, key, file)
