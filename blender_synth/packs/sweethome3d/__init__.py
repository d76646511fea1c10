"""Reader of furniture libraries of Sweet Home 3D (`.sh3f`), without Blender.

A `.sh3f` is a zip with a Java properties file, `PluginFurnitureCatalog.properties`, that numbers its pieces from 1
(`name#1`, `model#1`, `width#1` in cm ...), and the models that it names. Format: the documentation of Sweet Home 3D's
Furniture Library Editor (https://www.sweethome3d.com/importModels.jsp). The models are Wavefront OBJ, +Y up and +Z to
the front; width, height and depth of a piece are along X, Y and Z after `modelRotation` has been applied.

Libraries are untrusted: nothing in them is executed, and an entry of the zip is read only after its name, its size and
its compression ratio have been checked.
"""

from blender_synth.packs.sweethome3d.library import DEBIAN_FOLDER, find_libraries, read_libraries
from blender_synth.packs.sweethome3d.piece import Piece
from blender_synth.packs.sweethome3d.text import parse_properties, spdx_id
from blender_synth.packs.sweethome3d.unpacking import unpack

__all__ = [
    "DEBIAN_FOLDER", "Piece", "find_libraries", "parse_properties", "read_libraries", "spdx_id", "unpack",
]  # fmt: skip
