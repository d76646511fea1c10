"""Fingerprints of scenes, label layers and an export of fixed configs and seeds.

`python -m tests.digests` prints what differs from the recorded ones; with `--write` it records them anew, for a change
that is meant.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from blender_synth.config import compose
from blender_synth.packs.items import Pack
from blender_synth.packs.search import find_packs
from blender_synth.world.sample import sample_scene
from blender_synth.world.scene_spec import SceneSpec, spec_to_plain

RECORDED = Path(__file__).parent / "data" / "digests.json"
LABEL_MAPS = Path(__file__).parent / "data" / "label_maps.npz"

SPECS: tuple[tuple[str, ...], ...] = (
    ("seed=1",),
    ("scene=street", "mirrors=wall", "pedestrians=few", "weather=cloudy", "camera=cctv", "seed=2"),
    ("scene=street", "mirrors=mixed", "pedestrians=street", "weather=rainy", "camera=dashcam", "seed=3"),
    ("scene=street", "mirrors=puddles", "pedestrians=few", "weather=foggy", "camera=handheld", "seed=4"),
    ("scene=street", "mirrors=facade", "pedestrians=crowd", "weather=snowy", "camera=cctv", "seed=5"),
    ("scene=street", "mirrors=convex", "pedestrians=none", "weather=hazy", "camera=dashcam", "seed=6"),
    ("scene=street", "mirrors=car", "pedestrians=street", "weather=sunny", "weather.time=night", "seed=7"),
    ("scene=street", "mirrors=dome", "pedestrians=few", "weather=[rainy,foggy]", "weather.time=dusk", "seed=8"),
    ("scene=street", "mirrors=wall", "mirrors.paired=true", "pedestrians=few", "seed=9"),
    ("scene=street", "mirrors=chrome", "pedestrians=few", "pedestrians.dress=fixed", "weather=snowy", "seed=10"),
    ("scene=street", "mirrors=shopfront", "pedestrians=few", "pedestrians.person.carried.instance=own", "seed=11"),
    ("scene=street", "mirrors=glass_door", "pedestrians=few", "weather.hdri={city: 1, sunset: 2}", "seed=12"),
    ("scene=street", "mirrors=wet_street", "props.count=[8,12]", "pedestrians=few", "weather=overcast", "seed=13"),
    ("scene=street", "mirrors=panels", "props.parked=0.8", "pedestrians=street", "seed=14"),
    ("scene=crosswalk", "mirrors=mixed", "pedestrians=street", "weather=cloudy", "camera=dashcam", "seed=15"),
    ("scene=crosswalk", "mirrors=full_length", "pedestrians=few", "weather=rainy", "camera=cctv", "seed=16"),
    ("scene=plaza", "mirrors=wall", "pedestrians=street", "weather=sunny", "camera=cctv", "seed=17"),
    ("scene=plaza", "mirrors=shopfront", "pedestrians=crowd", "weather=snowy", "camera=handheld", "seed=18"),
    ("scene=car_park", "mirrors=convex", "pedestrians=few", "camera=cctv", "seed=19"),
    ("scene=car_park", "mirrors=mixed", "pedestrians=few", "weather=rainy", "camera=handheld", "seed=20"),
    ("scene=shopping_arcade", "mirrors=mixed", "pedestrians=street", "camera=cctv", "seed=21"),
    ("scene=shopping_arcade", "mirrors=polished_floor", "pedestrians=few", "camera=handheld", "seed=22"),
    ("scene=lobby", "mirrors=wall", "pedestrians=few", "camera=cctv", "seed=23"),
    ("scene=lobby", "mirrors=mixed", "pedestrians=few", "weather.time=night", "camera=handheld", "seed=24"),
    ("scene=gym", "mirrors=panels", "pedestrians=few", "camera=cctv", "seed=25"),
    ("scene=gym", "mirrors=wall", "pedestrians=street", "camera=handheld", "seed=26"),
    ("scene=lift", "mirrors=none", "pedestrians=few", "camera=cctv", "seed=27"),
    ("scene=lift", "mirrors=wall", "pedestrians=few", "camera=handheld", "seed=28"),
    ("scene=courtyard", "mirrors=wall", "pedestrians=few", "weather=sunny", "camera=handheld", "seed=29"),
    ("scene=waiting_room", "mirrors=wall", "pedestrians=few", "camera=cctv", "seed=30"),
    ("scene=studio", "mirrors=wall", "pedestrians=few", "camera=handheld", "seed=31"),
    ("scene=studio", "mirrors=none", "pedestrians=crowd", "weather=cloudy", "camera=handheld", "seed=32"),
)
DERIVED = ("dataset.json", "SHA256SUMS", "README.md", "croissant.json")
"""Files of an export without a digest of their own: one names the program's version, one sums up the others."""
_SMALL = ("render.width_px=320", "render.height_px=180")
LABELS: tuple[tuple[str, ...], ...] = tuple((*SPECS[n], *_SMALL) for n in (1, 3, 19, 24, 26, 29))


@cache
def built_in_packs() -> tuple[Pack, ...]:
    """The packs of every config here."""
    return tuple(find_packs((), "stop"))


def spec_of(overrides: tuple[str, ...]) -> SceneSpec:
    """The scene of one config."""
    return sample_scene(compose(overrides), built_in_packs(), 3)


def _rounded(value: Any) -> Any:
    """Floats to nine digits, so that another processor's last bit does not matter."""
    if isinstance(value, float):
        return float(f"{value:.9g}") + 0.0
    if isinstance(value, dict):
        return {key: _rounded(entry) for key, entry in value.items()}
    return [_rounded(entry) for entry in value] if isinstance(value, list | tuple) else value


def digest(plain: Any) -> str:
    """Of plain lists, numbers and mappings."""
    return hashlib.sha256(json.dumps(_rounded(plain), sort_keys=True).encode()).hexdigest()[:24]


def spec_digest(overrides: tuple[str, ...]) -> str:
    """Digest of the scene of one config."""
    return digest(spec_to_plain(spec_of(overrides)))


def spec_digests() -> Iterator[tuple[str, str]]:
    """(config, digest) of every scene of `SPECS`."""
    for overrides in SPECS:
        yield " ".join(overrides), spec_digest(overrides)


def label_layers(overrides: tuple[str, ...]) -> dict[str, np.ndarray]:
    """The label layers of one scene. Starts Blender in this process."""
    from blender_synth.blender import build, cycles, label_pass

    settings = compose(overrides)
    packs = built_in_packs()
    spec = sample_scene(settings, packs, 3)
    folder = settings.scenery.folder
    stage = build.build_scene(spec, {pack.name: pack.folder for pack in packs}, Path(folder))
    cycles.apply_picture_settings(stage.scene, settings.render, 0)
    return label_pass.render_labels(stage)


def id_map(layers: dict[str, np.ndarray]) -> np.ndarray:
    """(3, H, W) uint32: what is met first, in mirrors, and through glass."""
    return np.stack([layers[name] for name in ("surface_id", "reflected_id", "transmitted_id")]).astype(np.uint32)


def layers_digest(layers: dict[str, np.ndarray]) -> str:
    """Of all layers, to the bit."""
    found = hashlib.sha256()
    for name in sorted(layers):
        found.update(name.encode() + np.ascontiguousarray(layers[name]).tobytes())
    return found.hexdigest()[:24]


def export_digests() -> dict[str, str]:
    """Digests of the files of a COCO export of frames that are made without Blender."""
    from blender_synth.exporters import export_dataset, exporter_settings
    from tests.made_frames import NEUTRAL, make_run

    with tempfile.TemporaryDirectory() as folder:
        run, dataset = make_run(Path(folder) / "run", 3), Path(folder) / "data"
        settings = exporter_settings({"kind": "coco", "overlays": True, "amodal_masks": True})
        export_dataset([run], dataset, settings, NEUTRAL)
        found = {}
        for file in sorted(p for p in dataset.rglob("*") if p.is_file() and p.name not in DERIVED):
            found[file.relative_to(dataset).as_posix()] = _file_digest(file)
        return found


def _file_digest(file: Path) -> str:
    """Of the content of a file: values rounded as in `digest`, pixels of label PNGs, bytes of developed pictures."""
    if file.suffix == ".json":
        return digest(json.loads(file.read_bytes()))
    if file.suffix == ".parquet":
        import pyarrow.parquet

        return digest(pyarrow.parquet.read_table(file).to_pylist())
    return hashlib.sha256(file.read_bytes()).hexdigest()[:24]


def everything(labels: bool = True) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """All digests, and the id maps of the label passes."""
    maps: dict[str, np.ndarray] = {}
    found: dict[str, Any] = {"specs": dict(spec_digests()), "export": export_digests(), "labels": {}}
    for number, overrides in enumerate(LABELS if labels else ()):
        layers = label_layers(overrides)
        maps[str(number)] = id_map(layers)
        found["labels"][" ".join(overrides)] = layers_digest(layers)
    return found, maps


def main() -> int:
    """Compare with what is recorded, or record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--no-labels", action="store_true")
    options = parser.parse_args()
    found, maps = everything(not options.no_labels)
    if options.write:
        RECORDED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        np.savez_compressed(LABEL_MAPS, **maps)
        return 0
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    differing = [
        f"{part}: {key}"
        for part, entries in found.items()
        for key, value in entries.items()
        if recorded[part].get(key) != value
    ]
    print("\n".join(differing) or "all equal")
    return bool(differing)


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    import os

    os._exit(status)
