"""Share of frames with a reflected person, by kind of mirror. Only the label pass is rendered.

Usage: python -m blender_synth.dev.bench mirrors [group=name ...]

`frames` is the number of frames per kind. A frame counts if the label pass shows one person in one chain of mirrors
with 400 pixels (of 960 x 540). The other columns describe its largest reflection: whether the person is also seen
directly, is occluded, or is outside the picture, and whether the edge of the mirror cuts the reflection.
"""

from __future__ import annotations

import numpy as np
from tqdm import tqdm

from blender_synth.acceptance import SeenPerson, sample_until_accepted
from blender_synth.config import compose
from blender_synth.geometry import project
from blender_synth.packs.search import find_packs
from blender_synth.workers import Worker, worker_for
from blender_synth.world.scene_spec import SceneSpec

CHOICES = ("wall", "panels", "convex", "shopfront", "facade", "puddles", "mixed")
FRAMES = 20
SMALLEST_PX = 400
_HEIGHTS_M = (0.1, 0.5, 0.9, 1.3, 1.6)
_COLUMNS = ("reflected", "direct", "occluded", "outside", "cut")


class _Listener:
    """Passes label passes on to a worker and remembers the last result."""

    def __init__(self, worker: Worker):
        self.worker = worker
        self.seen: list[SeenPerson] = []

    def probe(self, spec_json: bytes) -> list[SeenPerson]:
        self.seen = self.worker.probe(spec_json)
        return self.seen


def main(overrides: list[str]) -> None:
    """Print a line per kind of mirror and, as the last line, `share <number>`: the smallest share."""
    counted: dict[str, np.ndarray] = {}
    for choice in CHOICES:
        settings = compose([f"frames={FRAMES}", *overrides, f"mirrors={choice}"])
        packs = find_packs(settings.packs)
        worker = worker_for(settings, packs)
        rows = []
        try:
            worker.start()
            for index in tqdm(settings.frames, desc=choice, unit="frame"):
                listener = _Listener(worker)
                candidate = sample_until_accepted(settings, packs, listener, index)
                smallest_px = SMALLEST_PX * settings.render.width_px * settings.render.height_px / (960 * 540)
                rows.append(_row(candidate.spec, listener.seen, smallest_px))
        finally:
            worker.stop()
        counted[choice] = np.array(rows).mean(axis=0)
    print(f"{'mirrors':12s}" + "".join(f"{name:>11s}" for name in _COLUMNS))
    for choice, shares in counted.items():
        print(f"{choice:12s}" + "".join(f"{share:11.2f}" for share in shares))
    overall = np.mean(list(counted.values()), axis=0)
    print(f"{'all':12s}" + "".join(f"{share:11.2f}" for share in overall))
    print(f"share {min(shares[0] for shares in counted.values()):.4f}")


def _row(spec: SceneSpec, seen: list[SeenPerson], smallest_px: float) -> tuple[bool, ...]:
    """The columns of one frame."""
    mirrored = [entry for entry in seen if entry["via"] and entry["visible_px"] >= smallest_px]
    if not mirrored:
        return (False,) * len(_COLUMNS)
    largest = max(mirrored, key=lambda entry: entry["visible_px"])
    direct = any(entry["instance_id"] == largest["instance_id"] and not entry["via"] for entry in seen)
    person = next(p for p in spec.people if p.instance_id == largest["instance_id"])
    mirror = next(m for m in spec.mirrors if m.instance_id == largest["via"][0])
    camera = spec.camera
    body = np.array(person.position_m) + [(0.0, 0.0, height) for height in _HEIGHTS_M]
    pixels, depth = project(body, camera.world_from_camera(), camera.k())
    inside = (depth > 0.1) & (pixels >= 0).all(axis=1) & (pixels <= (camera.width_px, camera.height_px)).all(axis=1)
    _, on = mirror.reflection_points(np.array(camera.position_m), body)
    return (True, direct, not direct and bool(inside.any()), not inside.any(), not on.all())
