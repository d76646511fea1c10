"""What `proof` renders, trains and measures. The plans of the scales are in scales/*.yaml; every key can be overridden.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `scale` | small | choice | tiny (a minute), small (an hour on 2 cores), medium (a night), ablation (hours) or full |
| `output` | out/proof | path | folder of runs, datasets, trainings, results and report |
| `render` | … | overrides | of every run: size, samples, acceptance |
| `render_train` | … | overrides | of the runs of `train` only |
| `workers` | auto | count | processes that render at the same time, as `worker.count` |
| `train` | … | parts | runs to train on |
| `train_more` | [] | parts | further ones, added to those of the scale |
| `tests` | … | parts by name | test sets; none shares a scene with `train` |
| `arms` | [a, b, c] | names | what is trained, see `arms.py` |
| `seeds` | [0] | numbers | of the trainings, each of which every arm runs |
| `steps` | 1000 | - | of each training |
| `batch` | 8 | - | pictures of a step |
| `learning_rate` | 0.002 | - | highest one of AdamW |
| `width` | 1.0 | factor | of the network's channels; 1.0 is about a million parameters |
| `crop` | [0.6, 1.25] | share | of a picture's width that a training crop shows; above 1, with a grey margin |
| `input_px` | [416, 256] | px | width and height that the network sees, multiples of 32 |
| `curve` | [] | numbers | numbers of pictures for the learning curve of `curve_arm`, all trained for `steps` |
| `curve_arm` | c | name | arm of the learning curve |
| `ablations` | [] | names | of `ablation_plans`: arm c with one option of the config turned down |
| `ablation_plans` | … | overrides by name | how each ablation renders or develops; scales/ablations.yaml |
| `pool` | false | yes or no | arms also train on the runs of `ablations`, which have no trainings of their own then |
| `learn_min_visibility` | 0.2 | 0 to 1 | of the people that are learnt; of the others nothing is learnt |
| `min_height_px` | 26 | px | of the people that are measured; smaller ones count neither way |
| `min_visibility` | 0.5 | 0 to 1 | of the people that are measured: share of their whole outline |
| `recall` | 0.9 | 0 to 1 | of pedestrians, at which the share of mistaken reflections is measured |
| `photos` | null | path | folder of photographs with a COCO file of boxes: one more test set |
| `results` | {} | paths by name | COCO results files of other detectors, by `name/test set` |
| `weights` | null | path | checkpoint to start from; `{arm}` in it stands for the arm's name |
| `refined` | null | path | COCO dataset for arm g: that of arm c (data/train-c) with refined pictures |
| `threads` | 0 | - | of PyTorch; 0: its own choice |
| `device` | auto | choice | auto, cpu, cuda or mps |
| `compute` | auto | choice | float32 or bfloat16; auto: bfloat16 where the processor has it |
| `until` | report | stage | last stage to run: render, export, train, predict or report |

A part is a mapping of overrides (`scene: street`, `mirrors: wall`, `camera.pitch_deg: [-5, 0]`) with three keys of its
own: `frames`, `seed` (by default from its other keys), and `paired`: whether each frame also has a twin with matt
panels in place of its mirrors, for the arms d and m.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationInfo, field_validator

from blender_synth.errors import ConfigError
from blender_synth.suggestions import nearest_names
from blender_synth.validation import validate
from blender_synth.values import plain

SCALES = ("tiny", "small", "ablation", "medium", "full")
STAGES = ("render", "export", "train", "predict", "report")
Stage = Literal["render", "export", "train", "predict", "report"]


@plain
class ProofSettings:
    """See the module's docstring."""

    scale: Literal["tiny", "small", "ablation", "medium", "full"] = "small"
    output: Path = Path("out/proof")
    render: dict[str, Any] = Field(default_factory=dict)
    render_train: dict[str, Any] = Field(default_factory=dict)
    workers: int | Literal["auto"] = "auto"
    train: list[dict[str, Any]]
    train_more: list[dict[str, Any]] = Field(default_factory=list)
    tests: dict[str, list[dict[str, Any]]]
    arms: list[str] = Field(default_factory=lambda: ["a", "b", "c"], min_length=1)
    seeds: list[int] = Field(default_factory=lambda: [0], min_length=1)
    steps: int = Field(default=1000, ge=1)
    batch: int = Field(default=8, ge=2)
    learning_rate: float = Field(default=0.002, gt=0)
    width: float = Field(default=1.0, gt=0, le=8)
    crop: tuple[float, float] = (0.6, 1.25)
    input_px: tuple[int, int] = (416, 256)
    curve: list[int] = Field(default_factory=list)
    curve_arm: str = "c"
    ablations: list[str] = Field(default_factory=list)
    ablation_plans: dict[str, dict[str, Any]] = Field(default_factory=dict)
    pool: bool = False
    learn_min_visibility: float = Field(default=0.2, ge=0, le=1)
    min_height_px: float = Field(default=26, ge=0)
    min_visibility: float = Field(default=0.5, ge=0, le=1)
    recall: float = Field(default=0.9, gt=0, lt=1)
    photos: Path | None = None
    results: dict[str, Path] = Field(default_factory=dict)
    weights: Path | None = None
    refined: Path | None = None
    threads: int = Field(default=0, ge=0)
    device: str = "auto"
    compute: Literal["auto", "float32", "bfloat16"] = "auto"
    until: Stage = "report"

    @field_validator("input_px")
    @classmethod
    def _check_input(cls, size: tuple[int, int]) -> tuple[int, int]:
        if min(size) < 64 or any(length % 32 for length in size):
            raise ValueError("both must be multiples of 32, and at least 64")
        return size

    @field_validator("crop")
    @classmethod
    def _check_crop(cls, crop: tuple[float, float]) -> tuple[float, float]:
        if not 0.1 <= crop[0] <= crop[1] <= 2:
            raise ValueError("must be two shares from 0.1 to 2, the smaller one first")
        return crop

    @field_validator("train", "train_more", "tests")
    @classmethod
    def _check_parts(cls, value: Any, info: ValidationInfo) -> Any:
        for parts in [value] if isinstance(value, list) else value.values():
            if not parts and info.field_name != "train_more":
                raise ValueError("needs at least one part")
            for part in parts:
                frames = part.get("frames")
                if not isinstance(frames, int) or isinstance(frames, bool) or frames < 1:
                    raise ValueError(f"a part needs the number of its frames, such as frames: 20, not {frames!r}")
        return value


@dataclass(frozen=True)
class Part:
    """One run.

    Attributes:
        folder: of the run. overrides: of `render`, without frames and output. frames: of the run, with twins.
        paired: whether it has twins without mirrors. develop: overrides that only its export takes.
    """

    folder: Path
    overrides: tuple[str, ...]
    frames: int
    paired: bool
    develop: tuple[str, ...] = ()


def read_settings(words: Sequence[str]) -> ProofSettings:
    """The settings of a command line: `key=value` with YAML values; `proof.key=value` is the same.

    Raises:
        ConfigError: a word is no override, there is no such key, or a value is wrong.
    """
    given: dict[str, Any] = {}
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word == "--until" and waiting:
            word = f"until={waiting.pop(0)}"
        key, equals, text = word.partition("=")
        key = key.removeprefix("proof.").lower() if key.isupper() else key.removeprefix("proof.")
        if not equals:
            raise ConfigError(
                "this is no key=value", key="proof", value=word, hint="write e.g. scale=small seeds=[0,1]"
            )
        try:
            given[key] = yaml.safe_load(text)
        except yaml.YAMLError:
            given[key] = text
    scale = given.get("scale", "small")
    if scale not in SCALES:
        near = nearest_names(str(scale), SCALES)
        raise ConfigError(
            "there is no such scale", key="proof.scale", value=scale,
            hint=f"did you mean {near[0]}?" if near else f"use one of: {', '.join(SCALES)}",
        )  # fmt: skip
    plan = {"scale": scale, "ablation_plans": _plan("ablations"), **_plan(scale)}
    return validate(ProofSettings, {**plan, **given}, "proof")


def _plan(name: str) -> dict[str, Any]:
    text = (resources.files("blender_synth.proof") / "scales" / f"{name}.yaml").read_text("utf-8")
    plan: dict[str, Any] = yaml.safe_load(text)
    return plan


def train_parts(settings: ProofSettings, changes: Mapping[str, Any] | None = None) -> list[Part]:
    """The runs to train on.

    Args:
        changes: overrides of an ablation; those of `develop` do not render anything again. Without any, the runs of all
            ablations are there as well where they are pooled.
    """

    def parts_with(parts: Sequence[Mapping[str, Any]], given: Mapping[str, Any]) -> list[Part]:
        return _parts(settings, "train", parts, settings.render_train, given)

    found = parts_with([*settings.train, *settings.train_more], changes or {})
    if settings.pool and not changes:
        plans = [settings.ablation_plans[name] for name in settings.ablations]
        parts = [part for plan in plans for part in parts_with(settings.train, plan)]
        known = {part.folder for part in found}
        others = {part.folder: replace(part, develop=found[0].develop) for part in parts if part.folder not in known}
        found += others.values()
    return found


def parts_to_test(settings: ProofSettings, name: str) -> list[Part]:
    """The runs of a test set."""
    return _parts(settings, name, settings.tests[name], {}, {})


def _parts(
    settings: ProofSettings,
    kind: str,
    parts: Sequence[Mapping[str, Any]],
    common: Mapping[str, Any],
    changes: Mapping[str, Any],
) -> list[Part]:
    """Runs of parts. The seed of a part depends on what it is, so that parts can be added anywhere in a plan."""
    found: list[Part] = []
    texts: list[str] = []
    for part in parts:
        own = {name: value for name, value in part.items() if name not in ("frames", "seed", "paired")}
        text = json.dumps([kind, own], sort_keys=True)
        texts.append(text)
        seed = part.get("seed", _number(f"{text}{texts.count(text)}") % 1_000_000)
        given = {**settings.render, **common, **own, **changes}
        develop = {name: value for name, value in given.items() if name.startswith("develop.")}
        rendered = {name: value for name, value in given.items() if name not in develop}
        paired = bool(part.get("paired", False))
        words = [*_words(rendered), f"seed={seed}", *(["mirrors.paired=true"] if paired else [])]
        label = "-".join(str(own[name]) for name in ("scene", "mirrors", "weather") if isinstance(own.get(name), str))
        folder = settings.output / "runs" / f"{label or kind}-{_number(json.dumps(words)) % 2**32:08x}"
        frames = int(part["frames"]) * (2 if paired else 1)
        found.append(Part(folder, tuple(words), frames, paired, tuple(_words(develop))))
    return found


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def _words(given: Mapping[str, Any]) -> list[str]:
    from blender_synth.api.stages import words_of

    groups = {name: value for name, value in given.items() if "." not in name}
    return words_of(groups) + words_of({name: value for name, value in given.items() if name not in groups})
