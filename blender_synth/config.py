"""From Hydra's composed config to validated settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.plugins import Plugins
from hydra.errors import HydraException
from hydra.plugins.search_path_plugin import SearchPathPlugin
from omegaconf import DictConfig, OmegaConf
from pydantic import Field

from blender_synth import resources
from blender_synth.criteria import checked_criteria
from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import BlenderSynthError, ConfigError
from blender_synth.exporters import exporter_settings
from blender_synth.frame_numbers import Frames, Shard, shard_name
from blender_synth.hydra_errors import check_argument, explained
from blender_synth.plugins import check_plugin_folders, plugin_paths
from blender_synth.quoting import hydra_text
from blender_synth.scene_files import find_scene, load_scene
from blender_synth.settings import (
    AcceptanceCriteria,
    MirrorGroup,
    RenderSettings,
    RunSettings,
    ViewSettings,
    WorkerSettings,
    randomizer_from,
)
from blender_synth.suggestions import hint_for
from blender_synth.sweeps import current_job
from blender_synth.validation import unusable, validate
from blender_synth.world.materials import SurfaceChoices
from blender_synth.world.placement.crowd import Crowd
from blender_synth.world.placement.lookalikes import LookalikeGroup
from blender_synth.world.placement.props import PropRandomizer
from blender_synth.world.weather.merge import split_phenomena

_T = TypeVar("_T")
_Settings = TypeVar("_Settings")
Seed = Annotated[int, Field(ge=0, lt=2**63)]
FrameIndex = Annotated[int, Field(ge=0, le=10**9)]
ViewsPerScene = Annotated[int, Field(ge=1, le=1000)]
Shards = Annotated[int, Field(ge=1, le=10**6)]
_MOST_FRAMES = 10**7
_KEYS = {
    "frames", "seed", "output", "dataset", "runs", "packs", "packs_on_error", "props", "accept", "worker", "develop",
    "views_per_scene", "views", "shards", "shard",
    "scene", "pedestrians", "mirrors", "lookalikes", "weather", "camera", "render", "exporter",
}  # fmt: skip

CONFIG_NAMES = _KEYS | {"experiment"}
"""Top-level keys and groups."""
_PATH_KEYS = {"output", "dataset", "runs", "packs"}
_EXAMPLES = {
    "frames": "frames=10", "seed": "seed=1", "output": "output=out/run", "dataset": "dataset=out/data",
    "runs": "runs=out/run", "packs": "packs=[my_pack]", "packs_on_error": "packs_on_error=stop",
    "props": "props.count=3", "accept": "accept.min_people=1", "worker": "worker.count=2",
    "develop": "develop.mor_m=100", "views_per_scene": "views_per_scene=4", "views": "views.vary=camera",
    "shards": "shards=4", "shard": "shard=0",
    "scene": "scene=street", "pedestrians": "pedestrians=few",
    "mirrors": "mirrors=wall", "lookalikes": "lookalikes=few", "weather": "weather=sunny",
    "camera": "camera=handheld", "render": "render=standard",
    "exporter": "exporter=coco",
}  # fmt: skip

GROUPS = {"scene", "pedestrians", "mirrors", "lookalikes", "weather", "camera", "render", "exporter", "experiment"}

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
    try:
        plain = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    except Exception as error:  # of OmegaConf, and of resolvers
        raise explained(error, CONFIG_NAMES, overrides) from None
    if not isinstance(plain, dict):
        raise ConfigError("a mapping is needed", key="config", value=plain, hint="set keys, e.g. frames=10")
    plain = _with_aliases({"lookalikes": {}} | {str(key): value for key, value in plain.items()}, overrides)
    for key in plain:
        if key not in _KEYS:
            raise ConfigError("there is no such key", key=str(key), value=plain[key], hint=hint_for(key, _KEYS))
    sections = _Sections(plain)
    scene, materials = sections.mapping("scene"), None
    if "materials" in scene:
        scene, materials = {key: scene[key] for key in scene if key != "materials"}, scene["materials"]
    mirrors = sections.mapping("mirrors")
    crowd = sections.mapping("pedestrians")
    packs = tuple(Path(path).expanduser() for path in _texts("packs", sections["packs"]))
    with sections.reading("scene"):
        scenery, scene_digest = _scenery(scene, packs)
    output, dataset = (_folder(key, sections[key]) for key in ("output", "dataset"))
    job = current_job(output, dataset)
    output, dataset = (folder / job.name if job else folder for folder in (output, dataset))
    shard = _shard(sections["shard"], sections["shards"])
    views_per_scene = validate(ViewsPerScene, sections["views_per_scene"], "views_per_scene")
    paired = validate(bool, mirrors.get("paired", False), "mirrors.paired")
    frames: Frames = _frames(sections["frames"])
    if shard is not None:
        frames = Shard(frames.start, frames.stop, views_per_scene * (1 + paired), *shard)
        check_division(output, *shard)
    settings = RunSettings(
        frames=frames,
        shard="" if shard is None else shard_name(*shard),
        seed=validate(Seed, sections["seed"], "seed"),
        output=output if shard is None else output / shard_name(*shard),
        dataset=dataset if shard is None else dataset / shard_name(*shard),
        runs=tuple(_texts("runs", sections["runs"])),
        packs=packs,
        packs_on_error=validate(Literal["stop", "skip"], sections["packs_on_error"], "packs_on_error"),
        props=sections.settings(PropRandomizer, "props"),
        accept=sections.settings(AcceptanceCriteria, "accept"),
        render=sections.settings(RenderSettings, "render"),
        worker=sections.settings(WorkerSettings, "worker"),
        develop=sections.settings(DevelopSettings, "develop"),
        scenery=scenery,
        scene_digest=scene_digest,
        surfaces=validate(SurfaceChoices, materials or {}, "scene.materials"),
        pedestrians=sections.read("pedestrians", lambda _: _crowd(crowd)),
        mirrors=sections.read("mirrors", lambda _: _mirrors(mirrors)),
        lookalikes=sections.read("lookalikes", _lookalikes),
        paired=paired,
        views_per_scene=views_per_scene,
        views=sections.settings(ViewSettings, "views"),
        weather=sections.read("weather", _weather),
        camera=sections.read("camera", lambda data: randomizer_from("cameras", data, "camera")),
        exporter=sections.read("exporter", exporter_settings),
        plain=plain,
        overrides=tuple(overrides),
        config_folders=_config_folders(),
        job=job,
    )
    return replace(settings, accept=checked_criteria(settings))


def settings_from_plain(config: Mapping[str, Any]) -> RunSettings:
    """The validated settings of a whole config, such as the config.yaml of a run.

    Raises:
        ConfigError: as for `settings_from`.
    """
    return settings_from(OmegaConf.create(dict(config)))


class _Sections:
    """Access to the sections of a config, in which whatever is wrong becomes a `ConfigError` with its key."""

    def __init__(self, plain: Mapping[str, Any]):
        self._plain = plain

    def __getitem__(self, key: str) -> Any:
        if key not in self._plain:
            raise ConfigError("nothing is chosen for it", key=key, value=None, hint=f"set it, e.g. {_EXAMPLES[key]}")
        return self._plain[key]

    def mapping(self, key: str) -> dict[str, Any]:
        """A section whose value has to be a mapping."""
        data = self[key]
        if not isinstance(data, Mapping):
            hint = f"choose one, e.g. {_EXAMPLES[key]}, and set its keys as {key}.KEY=VALUE"
            raise ConfigError("a mapping is needed", key=key, value=data, hint=hint)
        for name in data:
            if not isinstance(name, str):
                raise ConfigError("names of keys are texts", key=key, value=name, hint="correct it or remove it")
        return dict(data)

    def settings(self, type_: type[_Settings], key: str) -> _Settings:
        """A section as its settings class."""
        return self.read(key, lambda data: validate(type_, data, key))

    def read(self, key: str, read: Callable[[dict[str, Any]], _T]) -> _T:
        """What `read` makes of a section."""
        with self.reading(key):
            return read(self.mapping(key))

    @contextmanager
    def reading(self, key: str) -> Iterator[None]:
        """Turns whatever is raised over a section into a `ConfigError`."""
        try:
            yield
        except BlenderSynthError:
            raise
        except Exception as error:
            raise unusable(error, key, self._plain.get(key)) from error


def _frames(value: Any) -> range:
    """The indices of `frames`: a number, or the first one and the one after the last."""
    if isinstance(value, list | tuple):
        start, stop = validate(tuple[FrameIndex, FrameIndex], value, "frames")
        if start > stop:
            hint = f"write the first index and the one after the last: frames=[{stop},{start}]"
            raise ConfigError("the range ends before it starts", key="frames", value=value, hint=hint)
    else:
        start, stop = 0, validate(FrameIndex, value, "frames")
    if stop - start > _MOST_FRAMES:
        hint = f"render them in several runs, as frames=[0,{_MOST_FRAMES}] and so on"
        raise ConfigError(f"a run has at most {_MOST_FRAMES} frames", key="frames", value=value, hint=hint)
    return range(start, stop)


def _shard(number: Any, count: Any) -> tuple[int, int] | None:
    """(number of the job, number of jobs) of `shard` and `shards`; None where the frames are not divided."""
    count, number = validate(Shards, count, "shards"), validate(int, number, "shard")
    if not 0 <= number < count:
        hint = f"use 0 to {count - 1}" if count > 1 else "set shards, the number of jobs, as well"
        raise ConfigError(f"there are {count} shards" if count > 1 else "the frames are not divided", key="shard",
                          value=number, hint=hint)  # fmt: skip
    return None if count == 1 else (number, count)


def check_division(output: Path, number: int, count: int) -> None:
    """Check that what is in `output` is divided into as many shards, if at all: else frames would be rendered twice.

    Raises:
        ConfigError: it is divided otherwise, or holds a run of its own.
    """
    with suppress(OSError):
        for path in output.iterdir():
            other = re.fullmatch(r"shard-\d+-of-(\d+)", path.name)
            if other and int(other[1]) != count:
                raise ConfigError(f"the output folder is divided into {other[1]} shards", key="shards", value=count,
                                  hint=f"go on with shards={other[1]}, or choose another output")  # fmt: skip
            if path.name == "run.json":
                raise ConfigError("the output folder holds a run that is not divided", key="shards", value=count,
                                  hint="choose another output, or go on without shards")  # fmt: skip


def _folder(key: str, value: Any) -> Path:
    """A folder that is written."""
    if not isinstance(value, str):
        hint = f"name a folder, e.g. {_EXAMPLES[key]}"
        if isinstance(value, int | float):
            hint += f"; quote a name that reads as a number: {key}=\"'NAME'\""
        raise ConfigError("a path is needed", key=key, value=value, hint=hint)
    return Path(_usable_path(key, value)).expanduser()


def _texts(key: str, value: Any) -> list[str]:
    """A list of paths, or one path."""
    texts = validate(list[str], [value] if isinstance(value, str) else value, key)
    return [_usable_path(f"{key}[{index}]" if len(texts) > 1 else key, text) for index, text in enumerate(texts)]


def _usable_path(key: str, text: str) -> str:
    if not text.strip() or "\0" in text:
        example = _EXAMPLES[key.partition("[")[0]]
        raise ConfigError("the path is empty" if not text.strip() else "the path contains a null character",
                          key=key, value=text, hint=f"name a folder, e.g. {example}")  # fmt: skip
    return text


def _config_folders() -> tuple[str, ...]:
    """Folders that `--config-dir` added."""
    if not HydraConfig.initialized():
        return ()
    sources = HydraConfig.get().runtime.config_sources
    return tuple(source.path for source in sources if source.provider == "command-line" and source.schema == "file")


def _with_aliases(plain: dict[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """The config with keys of an alias (`wishes` for `accept`) moved to the section that it stands for."""
    for alias, section in ALIASES.items():
        if isinstance(plain.get(alias), Mapping) and isinstance(plain.get(section), Mapping):
            named = (re.match(rf"\+{{0,2}}{section}\.(\w+)=", override) for override in overrides)
            overridden = {match[1]: plain[section][match[1]] for match in named if match}
            plain[section] = {**plain[section], **plain.pop(alias), **overridden}
    return plain


def any_key(arguments: Sequence[str]) -> list[str]:
    """Arguments in which `section.key=value` may set a key that the chosen YAML does not list, and filters are text.

    Hydra alone refuses those without a `+`; here the validation that follows tells a good key from a typo. A filter
    (`exporter.where=weather == 'foggy'`) is no value that Hydra's grammar can read, and is quoted.
    """
    dotted = re.compile(rf"({'|'.join(sorted(_KEYS))})\.[^=]*=")
    alias = re.compile(rf"^(\+{{0,2}}|~)({'|'.join(ALIASES)})(?=[.=])")
    named = [alias.sub(lambda found: found[1] + ALIASES[found[2]], argument) for argument in arguments]
    quoted = [
        f"{found[1]}{hydra_text(found[2])}" if (found := _FILTER.fullmatch(argument)) else argument
        for argument in named
    ]
    return [f"++{argument}" if dotted.match(argument) else argument for argument in quoted]


_QUOTED = r"""(?!"(?:[^"\\]|\\.)*"$|'(?:[^'\\]|\\.)*'$)"""
_FILTER = re.compile(rf"(\+{{0,2}}exporter\.(?:\w+\.)?(?:annotation_)?where=){_QUOTED}(.*)", re.DOTALL)
"""An override of a filter that is not quoted as a whole: the key with its sign, and the filter."""


def prepared(arguments: Sequence[str], config_dirs: Sequence[str] = ()) -> list[str]:
    """Arguments as Hydra takes them: see `any_key`; a path that its grammar cannot read is quoted.

    Args:
        config_dirs: further folders with config groups.

    Raises:
        ConfigError: one of them cannot be read.
    """
    words = [_scene_by_name(_readable(argument), config_dirs) for argument in any_key(arguments)]
    for before, word in zip(["", *words], words, strict=False):
        if not word.startswith("-") and "=" in word and not before.startswith("-"):
            check_argument(word, GROUPS)
    return words


_SCENE = re.compile(r"\+{0,2}scene=([\w/-]+(?:,[\w/-]+)*)")


def _scene_by_name(argument: str, config_dirs: Sequence[str]) -> str:
    """`scene=yard` as `scene.name=yard` where yard is no choice of the group but the folder of a scene.

    What is no scene either is then reported with the names of all scenes.
    """
    if not (found := _SCENE.fullmatch(argument)):
        return argument
    folders = [resources.conf_dir(), *map(Path, plugin_paths("conf")), *map(Path, config_dirs)]
    names = found[1].split(",")
    if all(any((folder / "scene" / f"{name}.yaml").is_file() for folder in folders) for name in names):
        return argument
    return f"++scene.name={found[1]}"


def _readable(argument: str) -> str:
    key, equals, value = argument.partition("=")
    if not equals or key.lstrip("+") not in _PATH_KEYS or value.startswith(("[", "{", "'", '"')):
        return argument
    try:
        OverridesParser.create().parse_override(argument)
    except (HydraException, ValueError):
        return f"{key}={hydra_text(value)}"
    return argument


def _scenery(scene: Mapping[str, Any], packs: Sequence[Path]) -> tuple[Any, str]:
    """The randomizer of `scenes/<name>/scene.yaml` with the config's other keys laid over it; the scene's digest."""
    if not isinstance(scene.get("name"), str):
        raise ConfigError("a scene needs a name", key="scene.name", value=scene, hint="choose one, e.g. scene=street")
    overrides = {key: value for key, value in scene.items() if key != "name"}
    return load_scene(scene["name"], find_scene(scene["name"], packs), overrides)


def _crowd(data: Mapping[str, Any]) -> Crowd:
    given = data.get("person")
    if given is not None and not isinstance(given, Mapping):
        hint = "set its keys, e.g. pedestrians.person.body.child_share=0.1"
        raise ConfigError("a mapping is needed", key="pedestrians.person", value=given, hint=hint)
    person = randomizer_from("people", {"kind": "pedestrian", **(given or {})}, "pedestrians.person")
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


def _mirrors(data: Mapping[str, Any]) -> dict[str, MirrorGroup]:
    groups = {}
    for name, group in data.items():
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


def _lookalikes(data: Mapping[str, Any]) -> dict[str, LookalikeGroup]:
    groups = {}
    for name, group in data.items():
        key = f"lookalikes.{name}"
        if not isinstance(group, Mapping):
            raise ConfigError("a mapping is needed", key=key, value=group, hint="see conf/lookalikes/few.yaml")
        fields = {"kind": name, **group}
        count = fields.pop("count", 1)
        randomizer = randomizer_from("lookalikes", fields, key)
        groups[name] = validate(LookalikeGroup, {"count": count, "randomizer": randomizer}, key)
    return groups


@dataclass(frozen=True)
class Identity:
    """The part of a config that decides what its frames look like; a run folder holds frames of one only."""

    plain: dict

    @classmethod
    def of(cls, settings: RunSettings) -> Identity:
        free = {"frames", "shards", "shard", "output", "dataset", "runs", "exporter", "develop", "worker"}
        kept = {key: value for key, value in settings.plain.items() if key not in free}
        if settings.views_per_scene == 1:
            kept = {key: value for key, value in kept.items() if key not in ("views_per_scene", "views")}
        if not kept.get("lookalikes"):  # as in configs of versions without them
            kept.pop("lookalikes", None)
        kept["scene"] = {**kept["scene"], "digest": settings.scene_digest}
        kept["render"] = {k: v for k, v in kept["render"].items() if k not in ("device", "threads")}
        return cls(kept)


def compose(overrides: Sequence[str] = ()) -> RunSettings:
    """The settings of a command line with these overrides; for benches, tests and notebooks.

    Raises:
        ConfigError: as on the command line.
    """
    named = prepared(overrides)
    try:
        with initialize_config_dir(str(resources.conf_dir()), version_base="1.3"):
            config = hydra_compose("config", overrides=named)
    except Exception as error:
        raise explained(error, CONFIG_NAMES, named) from None
    return settings_from(config, named)
