"""Dataset formats: each is a module with `Settings` and `write` (see `contract`), found by its name."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from blender_synth import __version__
from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import ConfigError, FrameError, RunError
from blender_synth.exporters.card import write_card
from blender_synth.exporters.category_ids import REGISTRY, CategoryIds
from blender_synth.exporters.common import CommonSettings, read_heads, warn_of_versions
from blender_synth.exporters.contract import Exporter, ExporterSettings, SourceFrame
from blender_synth.exporters.expressions import did_you_mean
from blender_synth.exporters.several import SeveralSettings, write_several
from blender_synth.exporters.target import check_dataset_target, replacing, write_marker
from blender_synth.frames.cross_check import check_frame
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.frames.run_folder import frames_of
from blender_synth.plugins import plugin_paths
from blender_synth.suggestions import hint_for
from blender_synth.validation import validate

__path__ += plugin_paths("exporters")

__all__ = ["check_dataset_target", "export_dataset", "exporter_kinds", "exporter_settings"]


def exporter_kinds() -> list[str]:
    """Names of the formats: the modules of this package and of plug-in folders that have `Settings` and `write`."""
    return [name for name in _module_names() if _exporter(name) is not None]


def exporter_settings(data: object) -> ExporterSettings:
    """The validated settings of the exporter, or of several, that a config chooses.

    Args:
        data: the keys of one format; or mappings with a `kind`, each by its name, and keys that are laid over all of
            them that have such a key (`exporter=[coco,yolo]`).

    Raises:
        ConfigError: unknown kind, key or value.
    """
    given = dict(data) if isinstance(data, Mapping) else {}
    parts = {name: dict(value) for name, value in given.items() if isinstance(value, Mapping) and _is_part(name, value)}
    over = {name: value for name, value in given.items() if name not in parts}
    if "kind" in over or len(parts) < 2:
        one = {} if "kind" in over else next(iter(parts.values()), {})
        return _settings_of(one | over)
    known: set[str] = set()
    settings = {}
    for name, part in parts.items():
        if not name.replace("-", "").replace("_", "").isalnum():
            raise ConfigError(
                "the name of a format is that of its sub-folder",
                key="exporter",
                value=name,
                hint="use letters, digits, - and _",
            )
        exporter = _exporter(str(part["kind"]))
        keys = {} if exporter is None else getattr(exporter.Settings, "__dataclass_fields__", {})
        known |= set(keys)
        settings[name] = _settings_of(part | {key: over[key] for key in over if key in keys}, f"exporter.{name}")
    for key, value in over.items():
        if key not in known:
            raise ConfigError(
                "no chosen exporter has such a key", key=f"exporter.{key}", value=value, hint=did_you_mean(key, known)
            )
    return SeveralSettings(settings)


def _is_part(name: str, value: Mapping[object, object]) -> bool:
    return name not in ("classes", "splits") and isinstance(value.get("kind"), str)


def _settings_of(given: dict[str, object], key: str = "exporter") -> ExporterSettings:
    kind = given.get("kind")
    exporter = _exporter(kind) if isinstance(kind, str) else None
    if exporter is None:
        raise ConfigError(
            "there is no such exporter",
            key=f"{key}.kind",
            value=kind,
            hint=hint_for(kind, exporter_kinds()),
        )
    settings: ExporterSettings = validate(exporter.Settings, given, key)
    return settings


def export_dataset(runs: list[Path], dataset: Path, settings: ExporterSettings, develop: DevelopSettings) -> str:
    """Write the frames of some runs as one dataset, atomically.

    Args:
        runs: run folders. dataset: folder to make; of a dataset made here before, the files of that export are
            replaced, others stay (see `target`).
        settings: of the exporter. develop: how pictures are made from radiance.

    Returns:
        A line that reports what was written where.

    Raises:
        RunError: no frames, or `dataset` cannot be replaced.
        FrameError: a frame is damaged.
    """
    frames = [SourceFrame(run, frame) for run in runs for frame in frames_of(run)]
    if not frames:
        raise RunError(
            "these runs hold no complete frames", key="runs", value=[str(r) for r in runs], hint="render them first"
        )
    exporter = _exporter(settings.kind)
    if exporter is None and not isinstance(settings, SeveralSettings):
        raise ConfigError("there is no such exporter", key="exporter.kind", value=settings.kind)
    skipped: list[str] = []
    common = [part for part in _parts(settings) if isinstance(part, CommonSettings)]
    handed_on = _handed_on(dataset, common)
    if any(part.on_bad_frame == "skip" for part in common):
        frames = _without_bad(frames, skipped)
    warn_of_versions(read_heads(frames).versions)
    with replacing(dataset, runs) as folder:
        if handed_on.registered:
            handed_on.write(folder)
        if isinstance(settings, SeveralSettings):
            summary = write_several(frames, folder, settings, develop)
        elif exporter is not None:
            summary = exporter.write(frames, folder, settings, develop)
        write_card(dataset, folder, frames, settings, develop, summary)
        write_marker(
            folder,
            {
                "blender_synth": __version__,
                "exporter": settings.kind,
                "runs": [str(run) for run in runs],
                "frames": len(frames),
                **({"skipped": skipped} if skipped else {}),
            },
        )
    return f"{summary} in {dataset}" + (f"; {len(skipped)} bad frames left out" if skipped else "")


def _parts(settings: ExporterSettings) -> list[ExporterSettings]:
    return list(settings.parts.values()) if isinstance(settings, SeveralSettings) else [settings]


def _handed_on(dataset: Path, parts: Sequence[CommonSettings]) -> CategoryIds:
    """The registry of categories that the dataset goes on with."""
    for part in parts:
        if part.categories:
            return CategoryIds.read(_registry_in(Path(part.categories)), "exporter.categories")
    return CategoryIds.read(_registry_in(dataset))


def _registry_in(dataset: Path) -> Path:
    """The folder with the registry: the dataset's own, or, where it has several formats, that of one of them."""
    if (dataset / REGISTRY).is_file() or not dataset.is_dir():
        return dataset
    return next((file.parent for file in sorted(dataset.glob(f"*/{REGISTRY}"))), dataset)


def _module_names() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def _exporter(kind: str) -> Exporter | None:
    """The module of a format; None where there is none, or it has no `Settings` and `write`."""
    if kind not in _module_names():
        return None
    module: object = importlib.import_module(f"{__name__}.{kind}")
    return module if isinstance(module, Exporter) else None


def _without_bad(frames: Sequence[SourceFrame], skipped: list[str]) -> list[SourceFrame]:
    """The frames that can be exported; the others are reported and listed in `skipped`.

    Raises:
        RunError: there is none.
    """
    good = []
    for source in frames:
        frame = RawFrame(source.frame.folder)  # read anew, so that nothing of it stays in memory
        try:
            check_frame(frame)
            good.append(source)
        except FrameError as error:
            skipped.append(str(frame.folder))
            print(f"left out: {error}", file=sys.stderr)
    if not good:
        raise RunError("all frames are damaged", key="runs", value=skipped[:5], hint="render them again")
    return good
