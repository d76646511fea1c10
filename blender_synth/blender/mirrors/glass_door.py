"""Builds a glazed entrance: two leaves and a light above them in a metal portal, a lit lobby behind."""

from __future__ import annotations

import numpy as np

from blender_synth.blender.mirrors.materials import pane
from blender_synth.blender.mirrors.sheets import add_holder, add_sheet, bars, flat_quads, into_ground
from blender_synth.blender.scenery.lettering import letters
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import Part, box, join, quad, tube
from blender_synth.blender.stage import Stage
from blender_synth.world.mirrors.glass_door import PORTAL_M, Spec

_BAR_M = 0.055


def build(spec: Spec, stage: Stage) -> None:
    """Add glass and portal to the scene, each under its own id."""
    materials = Materials()
    materials["labelled_pane"] = pane("labelled_pane", materials, spec.tint, spec.roughness, spec.dust, spec.waviness)
    w, h, b, leaf = spec.width_m / 2, spec.height_m, _BAR_M, spec.leaf_m
    cells = [(-w + b, -b / 2, b, leaf - b / 2), (b / 2, w - b, b, leaf - b / 2), (-w + b, w - b, leaf + b / 2, h - b)]
    add_sheet(spec, stage, flat_quads(cells, "labelled_pane"), materials)
    rails = [
        (-w, -w + b, 0, h), (w - b, w, 0, h), (-w, w, h - b, h), (-w, w, leaf - b / 2, leaf + b / 2),
        (-b / 2, -0.004, 0, leaf), (0.004, b / 2, 0, leaf), (-w + b, w - b, 0, b),
    ]  # fmt: skip
    ground = into_ground(spec, spec.ground_z_m)
    rgb = spec.frame_rgb
    body = [
        bars(rails, 0.02, 0.03, "metal", rgb),
        box((-w - 0.12, -0.06, ground), (-w, PORTAL_M, h + 0.12), "metal", rgb),
        box((w, -0.06, ground), (w + 0.12, PORTAL_M, h + 0.12), "metal", rgb),
        box((-w, -0.06, h), (w, PORTAL_M, h + 0.12), "metal", rgb),
        box((-w, -0.10, ground), (w, PORTAL_M, 0.0), "stone", (0.22, 0.22, 0.21)),
        _lobby(spec),
        *(_handle(x) for x in (-0.10, 0.10)),
    ]
    add_holder(spec, stage, join(body), materials)


def _handle(x: float) -> Part:
    """A bar handle on both stand-offs."""
    rods = [
        [(x, -0.07, 0.75), (x, -0.07, 1.55)],
        [(x, -0.07, 0.85), (x, 0.0, 0.85)],
        [(x, -0.07, 1.45), (x, 0.0, 1.45)],
    ]
    return join([tube(np.array(rod), 0.014, 12, "metal", (0.6, 0.6, 0.6)) for rod in rods])


def _lobby(spec: Spec) -> Part:
    """Slatted wood, a mat, a lamp and a sign."""
    rng = np.random.default_rng(spec.detail_seed)
    w, h, y = spec.width_m / 2, spec.height_m, PORTAL_M - 0.01
    warm = float(rng.uniform(0.6, 1.1))
    parts = [
        quad((-w, y, 0), (w, y, 0), (w, y, h), (-w, y, h), "matt", (0.05, 0.045, 0.04)),
        quad((-w, 0.03, 0), (-w, y, 0), (-w, y, h), (-w, 0.03, h), "matt", (0.45, 0.43, 0.40)),
        quad((w, y, 0), (w, 0.03, 0), (w, 0.03, h), (w, y, h), "matt", (0.45, 0.43, 0.40)),
        quad((-w, 0.03, 0.004), (w, 0.03, 0.004), (w, y, 0.004), (-w, y, 0.004), "rubber", (0.03, 0.03, 0.03)),
        box((-0.8 * w, 0.1, h - 0.012), (0.8 * w, 0.2, h - 0.004), "glow", (1.6 * warm, 1.4 * warm, 1.1 * warm)),
    ]  # fmt: skip
    slats = np.arange(-w + 0.03, w - 0.03, 0.07)
    slat = box((0, y - 0.03, 0), (0.045, y, h), "wood", tuple(rng.uniform(0.8, 1.1) * np.array([0.34, 0.22, 0.12])))
    parts.append(slat.repeated(np.column_stack([slats, 0 * slats, 0 * slats])))
    words = letters(str(rng.choice(["PUSH", "OPEN", "No 12", "WELCOME"])))
    sign = words.scaled(0.16).painted((0.75, 0.72, 0.66))
    span = float(np.ptp(sign.points[:, 0]))
    parts.append(sign.moved((-span / 2, y - 0.034, spec.leaf_m + 0.1)))
    return join(parts)
