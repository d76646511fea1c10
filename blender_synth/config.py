"""From Hydra's composed config to validated settings. With cli.py the only importer of hydra and omegaconf."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.hydra_config import HydraConfig
from hydra.core.plugins import Plugins
from hydra.plugins.search_path_plugin import SearchPathPlugin
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from pydantic import Field, NonNegativeInt

from blender_synth import resources
from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import ConfigError
from blender_synth.exporters import exporter_settings
from blender_synth.plugins import check_plugin_folders, plugin_paths
from blender_synth.scene_files import find_scene, load_scene
from blender_synth.settings import (
    AcceptanceCriteria,
    MirrorGroup,
    RenderSettings,
    RunSettings,
    WorkerSettings,
    randomizer_from,
)
from blender_synth.validation import validate
from blender_synth.world.materials import SurfaceChoices
from blender_synth.world.placement.crowd import Crowd
from blender_synth.world.placement.props import PropRandomizer
from blender_synth.world.weather.merge import split_phenomena

Seed = Annotated[int, Field(ge=0, lt=2**63)]
_KEYS = {
    "frames", "seed", "output", "dataset", "runs", "packs", "packs_on_error", "props", "accept", "worker", "develop",
    "scene", "pedestrians", "mirrors", "weather", "camera", "render", "exporter",
}  # fmt: skip

ALIASES = {"wishes": "accept"}
"""Former names of sections, still accepted on the command line and in config files."""


class PluginConfigs(SearchPathPlugin):
    """Has Hydra also search the folder `conf` of every plug-in folder, after the built-in one."""

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        """Called by Hydra whenever it composes a config."""
        for folder in plugin_paths("conf"):
            search_path.append("blender_synth plug-ins", f"file://{folder}")


Plugins.instance().register(PluginConfigs)


def settings_from(config: DictConfig, overrides: Sequence[str] = ()) -> RunSettings:
    """The validated settings of a composed config.

    Args:
        overrides: those of the command line, which win over files that use a section's former name.

    Raises:
        ConfigError: the first thing wrong with it, with its full key.
    """
    check_plugin_folders()
    plain = cast(dict[str, Any], OmegaConf.to_container(config, resolve=True))  # a config is a mapping
    plain = _with_aliases(plain, overrides)
    for key in plain:
        if key not in _KEYS:
            raise ConfigError(
                "there is no such key", key=str(key), value=plain[key], hint=f"use one of: {', '.join(sorted(_KEYS))}"
            )
    runs = plain["runs"]
    scene, materials = plain["scene"], None
    if isinstance(scene, Mapping) and "materials" in scene:
        scene, materials = {key: scene[key] for key in scene if key != "materials"}, scene["materials"]
    packs = [plain["packs"]] if isinstance(plain["packs"], str) else plain["packs"]
    packs = tuple(Path(p) for p in validate(list[str], packs, "packs"))
    scenery, scene_digest = _scenery(scene, packs)
    return RunSettings(
        frames=validate(NonNegativeInt, plain["frames"], "frames"),
        seed=validate(Seed, plain["seed"], "seed"),
        output=_sweep_folder(validate(Path, plain["output"], "output")),
        dataset=_sweep_folder(validate(Path, plain["dataset"], "dataset")),
        runs=tuple(validate(list[str], [runs] if isinstance(runs, str) else runs, "runs")),
        packs=packs,
        packs_on_error=validate(Literal["stop", "skip"], plain["packs_on_error"], "packs_on_error"),
        props=validate(PropRandomizer, plain["props"], "props"),
        accept=_criteria(plain),
        render=validate(RenderSettings, plain["render"], "render"),
        worker=validate(WorkerSettings, plain["worker"], "worker"),
        develop=validate(DevelopSettings, plain["develop"], "develop"),
        scenery=scenery,
        scene_digest=scene_digest,
        surfaces=validate(SurfaceChoices, materials or {}, "scene.materials"),
        pedestrians=_crowd(plain["pedestrians"]),
        mirrors=_mirrors(plain["mirrors"]),
        paired=validate(bool, (plain["mirrors"] or {}).get("paired", False), "mirrors.paired"),
        weather=_weather(plain["weather"]),
        camera=randomizer_from("cameras", plain["camera"], "camera"),
        exporter=exporter_settings(plain["exporter"]),
        plain=plain,
    )


def _with_aliases(plain: dict[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """The config with keys of an alias (`wishes` for `accept`) moved to the section that it stands for."""
    for alias, section in ALIASES.items():
        if isinstance(plain.get(alias), Mapping) and isinstance(plain.get(section), Mapping):
            named = (re.match(rf"\+{{0,2}}{section}\.(\w+)=", override) for override in overrides)
            overridden = {match[1]: plain[section][match[1]] for match in named if match}
            plain[section] = {**plain[section], **plain.pop(alias), **overridden}
    return plain


def _criteria(plain: dict) -> AcceptanceCriteria:
    """The acceptance criteria, with numbers in place of null."""
    criteria = validate(AcceptanceCriteria, plain["accept"], "accept")
    render = validate(RenderSettings, plain["render"], "render")
    if criteria.min_reflected_people is None:
        crowd = plain["pedestrians"] or {}
        anybody = crowd.get("count") not in (0, [0, 0]) or crowd.get("density_per_m2") is not None
        criteria = replace(criteria, min_reflected_people=int(bool(_mirrors(plain["mirrors"])) and anybody))
    if criteria.min_reflected_px is None:
        share = render.width_px * render.height_px / (960 * 540)
        criteria = replace(criteria, min_reflected_px=max(criteria.min_visible_px, round(400 * share)))
    return criteria


def any_key(arguments: Sequence[str]) -> list[str]:
    """Arguments in which `section.key=value` may also set a key that the chosen YAML does not list.

    Hydra alone refuses those without a `+`; here the validation that follows tells a good key from a typo.
    """
    dotted = re.compile(rf"({'|'.join(sorted(_KEYS))})\.[^=]*=")
    alias = re.compile(rf"^(\+{{0,2}}|~)({'|'.join(ALIASES)})(?=[.=])")
    named = [alias.sub(lambda found: found[1] + ALIASES[found[2]], argument) for argument in arguments]
    return [f"++{argument}" if dotted.match(argument) else argument for argument in named]


def _scenery(scene: Any, packs: Sequence[Path]) -> tuple[Any, str]:
    """The randomizer of `scenes/<name>/scene.yaml` with the config's other keys laid over it; the scene's digest."""
    if not isinstance(scene, Mapping) or not isinstance(scene.get("name"), str):
        raise ConfigError("a scene needs a name", key="scene.name", value=scene, hint="choose one, e.g. scene=street")
    overrides = {key: value for key, value in scene.items() if key != "name"}
    return load_scene(scene["name"], find_scene(scene["name"], packs), overrides)


def _crowd(data: Any) -> Crowd:
    if not isinstance(data, Mapping):
        raise ConfigError("a mapping is needed", key="pedestrians", value=data, hint="choose one, e.g. pedestrians=few")
    person = randomizer_from("people", {"kind": "pedestrian", **(data.get("person") or {})}, "pedestrians.person")
    return validate(Crowd, {**data, "person": person}, "pedestrians")


def _weather(data: Any) -> Any:
    """The randomizer of one weather or of several at once, with the keys set outside the parts applied over them."""
    if not isinstance(data, Mapping):
        return randomizer_from("weather", data)
    parts = {key: value for key, value in data.items() if isinstance(value, Mapping) and "kind" in value}
    if parts:
        overrides = {key: value for key, value in data.items() if key not in parts}
    elif "kind" in data:
        parts, overrides = {"": data}, {}
    else:
        return randomizer_from("weather", data)
    sky, phenomena = split_phenomena(list(parts.values()), overrides)
    if not phenomena:
        return randomizer_from("weather", sky)
    found = {kind: randomizer_from("weather", keys) for kind, keys in phenomena.items()}
    return randomizer_from("weather", {**sky, "kind": "combined", "phenomena": found})


def _mirrors(data: Any) -> dict[str, MirrorGroup]:
    groups = {}
    for name, group in (data or {}).items():
        key = f"mirrors.{name}"
        if name == "paired":
            continue
        if not isinstance(group, Mapping):
            raise ConfigError("a mapping is needed", key=key, value=group, hint="see conf/mirrors/wall.yaml")
        fields = {"kind": name, **group}
        count = fields.pop("count", 1)
        groups[name] = validate(
            MirrorGroup, {"count": count, "randomizer": randomizer_from("mirrors", fields, key)}, key
        )
    return groups


def _sweep_folder(folder: Path) -> Path:
    """In a multirun, a sub-folder for the job, named after its overrides so that the same command finds it again."""
    if not HydraConfig.initialized() or HydraConfig.get().mode != RunMode.MULTIRUN:
        return folder
    name = re.sub(r"[^\w.,=-]+", "_", HydraConfig.get().job.override_dirname).replace("=", "-").replace(",", "_")
    return folder / name if name else folder


@dataclass(frozen=True)
class Identity:
    """The part of a config that decides what its frames look like; a run folder holds frames of one only."""

    plain: dict

    @classmethod
    def of(cls, settings: RunSettings) -> Identity:
        free = {"frames", "output", "dataset", "runs", "exporter", "develop", "worker"}
        kept = {key: value for key, value in settings.plain.items() if key not in free}
        kept["scene"] = {**kept["scene"], "digest": settings.scene_digest}
        kept["render"] = {k: v for k, v in kept["render"].items() if k not in ("device", "threads")}
        return cls(kept)


def compose(overrides: Sequence[str] = ()) -> RunSettings:
    """The settings of a command line with these overrides; for benches, tests and notebooks.

    Raises:
        ConfigError: as on the command line.
    """
    with initialize_config_dir(str(resources.conf_dir()), version_base="1.3"):
        named = any_key(overrides)
        return settings_from(hydra_compose("config", overrides=named), named)
