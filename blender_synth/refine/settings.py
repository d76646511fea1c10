"""Settings of `refine`. On the command line each is `key=value`, with YAML values.

Each class has a table of its keys. `runs` are run folders, globs or folders with runs, as for `export`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BeforeValidator, Field, field_validator

from blender_synth.errors import ConfigError
from blender_synth.validation import validate
from blender_synth.values import plain

T = TypeVar("T")
Compute = Literal["auto", "float32", "bfloat16"]


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Paths = Annotated[tuple[str, ...], BeforeValidator(_as_tuple), Field(min_length=1)]


@plain
class Limits:
    """What a refined picture must keep, or the frame falls back to its unrefined one. See `checks`.

    Parameters:

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `edges` | 0.85 | 0 to 1 | least agreement of edges within 2 px of instance borders, of the whole picture |
    | `person_edges` | 0.7 | 0 to 1 | the same of every person and reflection by itself |
    | `structure` | 0.6 | -1 to 1 | least structural similarity inside each person and reflection |
    | `block` | 0.4 | -1 to 1 | least structural similarity of any block, to find what was painted in or out |
    | `flow_px` | 0.5 | px | most optical flow between before and after, 99th percentile |
    | `tint` | 11 | Lab units | most change of colour that is not the same everywhere, 95th percentile |
    | `iou_loss` | 0.02 | 0 to 1 | most that a segmenter of people and reflections may lose (needs a model) |
    | `reflection_ev` | 0.7 | stops | most by which a reflection may change otherwise than its person |
    | `tone` | 1.2 | factor | most distance of tones and colours to the photographs, relative to before (needs them) |
    | `vivid` | 0.6 | factor | least chroma of the most colourful parts, relative to before (needs photographs) |
    """

    edges: float = Field(default=0.85, ge=0, le=1)
    person_edges: float = Field(default=0.7, ge=0, le=1)
    structure: float = Field(default=0.6, ge=-1, le=1)
    block: float = Field(default=0.4, ge=-1, le=1)
    flow_px: float = Field(default=0.5, ge=0)
    tint: float = Field(default=11.0, ge=0)
    iou_loss: float = Field(default=0.02, ge=0, le=1)
    reflection_ev: float = Field(default=0.7, ge=0)
    tone: float = Field(default=1.2, ge=0)
    vivid: float = Field(default=0.6, ge=0)


@plain
class PaintLimits(Limits):
    """What a painted picture must keep, or the frame falls back to its rendered one.

    Nothing in it comes from the rendered picture but its labels: what compares contents is off (`structure`, `block`,
    `flow_px`, `tint`), and what asks whether the labels can be found in the picture is left.

    Parameters:

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `edges` | 0.3 | 0 to 1 | least agreement of edges within 2 px of instance borders, of the whole picture |
    | `person_edges` | 0.2 | 0 to 1 | the same of every person and reflection by itself |
    | `structure` | -1 | -1 to 1 | least structural similarity inside each person and reflection |
    | `block` | -1 | -1 to 1 | least structural similarity of any block |
    | `flow_px` | 1000 | px | most optical flow between before and after |
    | `tint` | 1000 | Lab units | most change of colour that is not the same everywhere |
    | `iou_loss` | 0.15 | 0 to 1 | most that a segmenter of people and reflections may lose |
    | `reflection_ev` | 2.0 | stops | most by which a reflection may change otherwise than its person |
    | `tone` | 1.2 | factor | most distance of tones and colours to the photographs, relative to before |
    | `vivid` | 0.4 | factor | least chroma of the most colourful parts, relative to before |
    """

    edges: float = Field(default=0.3, ge=0, le=1)
    person_edges: float = Field(default=0.2, ge=0, le=1)
    structure: float = Field(default=-1.0, ge=-1, le=1)
    block: float = Field(default=-1.0, ge=-1, le=1)
    flow_px: float = Field(default=1000.0, ge=0)
    tint: float = Field(default=1000.0, ge=0)
    iou_loss: float = Field(default=0.15, ge=0, le=1)
    reflection_ev: float = Field(default=2.0, ge=0)
    vivid: float = Field(default=0.4, ge=0)


@plain
class FitSettings:
    """Settings of `refine fit`.

    Parameters:

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `photos` | - | path | folder of photographs and videos, searched with its sub-folders |
    | `runs` | - | paths | run folders to learn on |
    | `model` | out/refiner | path | folder of the model; a fit that was stopped goes on in it |
    | `steps` | 2000 | count | of training |
    | `camera_steps` | 200 | count | of the camera that is fitted first (see `camera`); 0: none |
    | `batch` | 4 | crops | of a step |
    | `crop_px` | 128 | px | side of a crop, a multiple of 16 |
    | `photo_px` | null | px | shorter side that photographs are resized to; null: that of the frames |
    | `from_video` | 40 | pictures | taken from each video, evenly |
    | `max_photos` | 400 | pictures | kept in memory, drawn by the seed |
    | `max_frames` | 200 | frames | likewise |
    | `width` | 96 | channels | of the generator; 96 is 1.1 million parameters |
    | `residual` | 0.08 | 0 to 1 | most that the fine layer may add to a pixel's value |
    | `style` | 8 | numbers | of the style code; 0: one look only |
    | `learning_rate` | 0.0004 | - | of both networks |
    | `adversarial` | 1.0 | weight | of the discriminator's judgement |
    | `statistics` | 2.0 | weight | of the sliced Wasserstein distance between matched patches |
    | `content` | 4.0 | weight | of structure and edges, which must stay |
    | `colour` | 4.0 | weight | of changes of colour that are not the same everywhere, such as pavement to grass |
    | `r1` | 1.0 | weight | gradient penalty of the discriminator at photographs |
    | `segmenter_steps` | 300 | count | of the segmenter for the check of masks; 0: none |
    | `extractor` | null | path | TorchScript file of your own network, for KID and FID in the table; it is code |
    | `seed` | 0 | number | of everything that is drawn |
    | `threads` | 0 | count | of PyTorch; 0: its own choice |
    | `device` | auto | choice | auto, cpu, cuda or mps |
    | `compute` | auto | choice | float32 or bfloat16; auto: bfloat16 on GPUs |
    """

    photos: Path
    runs: Paths
    model: Path = Path("out/refiner")
    steps: int = Field(default=2000, ge=1)
    camera_steps: int = Field(default=200, ge=0)
    batch: int = Field(default=4, ge=1)
    crop_px: int = Field(default=128, ge=32)
    photo_px: int | None = Field(default=None, ge=64)
    from_video: int = Field(default=40, ge=1)
    max_photos: int = Field(default=400, ge=1)
    max_frames: int = Field(default=200, ge=1)
    width: int = Field(default=96, ge=8, le=512)
    residual: float = Field(default=0.08, ge=0, le=1)
    style: int = Field(default=8, ge=0, le=64)
    learning_rate: float = Field(default=0.0004, gt=0)
    adversarial: float = Field(default=1.0, ge=0)
    statistics: float = Field(default=2.0, ge=0)
    content: float = Field(default=4.0, ge=0)
    colour: float = Field(default=4.0, ge=0)
    r1: float = Field(default=1.0, ge=0)
    segmenter_steps: int = Field(default=300, ge=0)
    extractor: Path | None = None
    seed: int = 0
    threads: int = Field(default=0, ge=0)
    device: str = "auto"
    compute: Compute = "auto"

    @field_validator("crop_px")
    @classmethod
    def _check_crop(cls, crop_px: int) -> int:
        if crop_px % 16:
            raise ValueError("must be a multiple of 16")
        return crop_px


@plain
class ApplySettings:
    """Settings of `refine apply`. Either `dataset` or `runs` is given.

    Parameters:

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `model` | - | path | folder of a model that `fit` made |
    | `output` | - | path | the new dataset, or, with `runs`, the folder of the new run |
    | `dataset` | null | path | dataset made by `export`; its command is repeated with refined runs |
    | `runs` | [] | paths | run folders to refine |
    | `variants` | 1 | count | looks of each frame, by style codes that are drawn from the frame's seed |
    | `style_scale` | 1.0 | factor | of the style codes; 0: the mean look |
    | `workers` | 1 | count | frames at a time |
    | `limits` | {} | mapping | see `Limits` |
    | `threads` | 0 | count | of PyTorch for each frame; 0: its own choice |
    | `device` | auto | choice | auto, cpu, cuda or mps |
    | `compute` | auto | choice | float32 or bfloat16; auto: bfloat16 on GPUs |
    """

    model: Path
    output: Path
    dataset: Path | None = None
    runs: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] = ()
    variants: int = Field(default=1, ge=1, le=100)
    style_scale: float = Field(default=1.0, ge=0, le=4)
    workers: int = Field(default=1, ge=1, le=256)
    limits: Limits = Limits()
    threads: int = Field(default=0, ge=0)
    device: str = "auto"
    compute: Compute = "auto"


@plain
class GenerateSettings:
    """Settings of `refine generate`.

    Parameters:

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `runs` | - | paths | run folders: their frames teach what labels mean, and are painted |
    | `output` | - | path | folder of the painted run; of several runs, folder of the painted runs |
    | `photos` | null | path | folder of photographs and videos; null: use a finished painter |
    | `model` | out/painter | path | folder of the painter; a training that was stopped goes on in it |
    | `variants` | 1 | count | pictures of each frame, in looks of several photographs |
    | `style_scale` | 1.0 | factor | of the looks; 0: the mean look |
    | `steps` | 2000 | count | of training |
    | `labeller_steps` | 2000 | count | of the network that labels photographs, trained on frames first |
    | `segmenter_steps` | 300 | count | of the segmenter for the check of masks; 0: none |
    | `confidence` | 0.3 | 0 to 1 | probability below which a pixel of a photograph has no label |
    | `batch` | 4 | crops | of photographs in a step; half as many crops of frames come beside |
    | `crop_px` | 128 | px | side of a crop, a multiple of 32 |
    | `photo_px` | null | px | shorter side that photographs are resized to; null: that of the frames |
    | `from_video` | 40 | pictures | taken from each video, evenly |
    | `max_photos` | 400 | pictures | kept in memory, drawn by the seed |
    | `max_frames` | 200 | frames | to learn on, likewise |
    | `width` | 32 | channels | of the painter at half of the resolution; 32 is 1.6 million parameters |
    | `learning_rate` | 0.0004 | - | of both networks |
    | `adversarial` | 1.0 | weight | of the discriminator's judgement |
    | `features` | 4.0 | weight | of the discriminator's features, which shall be those of the photograph |
    | `colour` | 8.0 | weight | of colours over 8 px, which shall be those of the photograph |
    | `statistics` | 1.0 | weight | of the sliced Wasserstein distance of patches |
    | `labels` | 0.1 | weight | of the labels that are found in the painted picture |
    | `r1` | 1.0 | weight | gradient penalty of the discriminator at photographs |
    | `limits` | {} | mapping | see `PaintLimits` |
    | `extractor` | null | path | as in `fit`: KID and FID in the table |
    | `seed` | 0 | number | of everything that is drawn |
    | `workers` | 1 | count | frames painted at a time |
    | `threads` | 0 | count | of PyTorch; 0: its own choice |
    | `device` | auto | choice | auto, cpu, cuda or mps |
    | `compute` | auto | choice | float32 or bfloat16; auto: bfloat16 on GPUs |
    """

    runs: Paths
    output: Path
    photos: Path | None = None
    model: Path = Path("out/painter")
    variants: int = Field(default=1, ge=1, le=100)
    style_scale: float = Field(default=1.0, ge=0, le=4)
    steps: int = Field(default=2000, ge=1)
    labeller_steps: int = Field(default=2000, ge=1)
    segmenter_steps: int = Field(default=300, ge=0)
    confidence: float = Field(default=0.3, ge=0, lt=1)
    batch: int = Field(default=4, ge=1)
    crop_px: int = Field(default=128, ge=32)
    photo_px: int | None = Field(default=None, ge=64)
    from_video: int = Field(default=40, ge=1)
    max_photos: int = Field(default=400, ge=1)
    max_frames: int = Field(default=200, ge=1)
    width: int = Field(default=32, ge=8, le=256)
    learning_rate: float = Field(default=0.0004, gt=0)
    adversarial: float = Field(default=1.0, ge=0)
    features: float = Field(default=4.0, ge=0)
    colour: float = Field(default=8.0, ge=0)
    statistics: float = Field(default=1.0, ge=0)
    labels: float = Field(default=0.1, ge=0)
    r1: float = Field(default=1.0, ge=0)
    limits: PaintLimits = PaintLimits()
    extractor: Path | None = None
    seed: int = 0
    workers: int = Field(default=1, ge=1, le=256)
    threads: int = Field(default=0, ge=0)
    device: str = "auto"
    compute: Compute = "auto"

    @field_validator("crop_px")
    @classmethod
    def _check_crop(cls, crop_px: int) -> int:
        if crop_px % 32:
            raise ValueError("must be a multiple of 32")
        return crop_px


@plain
class CheckSettings:
    """Settings of `refine check`.

    Parameters:

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `runs` | - | paths | refined runs |
    | `pictures` | null | path | folder of pictures to check in place of the run's, named as the frames' folders |
    | `model` | null | path | folder of a refiner or painter, whose segmenter then looks for the masks |
    | `photos` | null | path | photographs, for the distance before and after |
    | `extractor` | null | path | as in `fit`: KID and FID to `photos`, before and after |
    | `limits` | null | mapping | see `Limits`; null: those that each run was made with |
    | `worst` | 20 | count | frames that the table lists, the worst first |
    """

    runs: Paths
    pictures: Path | None = None
    model: Path | None = None
    photos: Path | None = None
    extractor: Path | None = None
    limits: Limits | None = None
    worst: int = Field(default=20, ge=0)


def read_words(words: Sequence[str], type_: type[T], command: str) -> T:
    """The settings of a command line.

    Raises:
        ConfigError: a word is no `key=value`, there is no such key, a value is wrong, or one is missing.
    """
    given: dict[str, Any] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals:
            raise ConfigError(
                "this is no key=value", key=f"refine {command}", value=word, hint="write e.g. photos=my/photos"
            )
        try:
            value = yaml.safe_load(text)
        except yaml.YAMLError:
            value = text
        if "." in key:  # limits.edges=0.8
            group, _, name = key.partition(".")
            given.setdefault(group, {})
            if isinstance(given[group], dict):
                given[group][name] = value
        else:
            given[key] = value
    made: T = validate(type_, given, f"refine {command}")
    return made
