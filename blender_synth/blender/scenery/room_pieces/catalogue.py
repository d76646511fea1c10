"""The pieces by kind; adds the pieces of a spec to the scene."""

from __future__ import annotations

from collections.abc import Sequence

import bpy

from blender_synth.blender.scenery.meshes import Part, to_mesh
from blender_synth.blender.scenery.pieces import place
from blender_synth.blender.scenery.room_pieces import gym, lounge, mounted, plants
from blender_synth.blender.stage import Stage
from blender_synth.world.scenery.shared.rooms import Piece

_MAKERS = gym.MAKERS | lounge.MAKERS | mounted.MAKERS | plants.MAKERS
_SEEDED = lounge.SEEDED | mounted.SEEDED


def make(piece: Piece) -> Part:
    """The piece's shape in its local frame."""
    return _MAKERS[piece.kind](piece)


def shape_key(piece: Piece) -> tuple:
    """Pieces with equal keys share one mesh."""
    seed = piece.seed if piece.kind in _SEEDED else piece.seed % 5
    return piece.kind, piece.size_m, piece.rgb, piece.rgb2, piece.variant, piece.words, seed


def add_pieces(pieces: Sequence[Piece], stage: Stage, materials: dict) -> None:
    """Add all pieces to the scene, each as an object; equal ones share a mesh."""
    meshes: dict[tuple, bpy.types.Mesh] = {}
    for piece in pieces:
        key = shape_key(piece)
        if key not in meshes:
            meshes[key] = to_mesh(piece.kind, make(piece), materials)
        obj = place(bpy.data.objects.new(piece.name, meshes[key]), piece.position_m, piece.heading_deg)
        stage.add(obj, piece.instance_id)
