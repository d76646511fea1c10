"""Furniture of rooms. Each maker returns a `Part` that stands on z = 0, its front towards -y, in metres."""

from blender_synth.blender.scenery.room_pieces.catalogue import add_pieces, make, shape_key

__all__ = ["add_pieces", "make", "shape_key"]
