"""Buildings of towns: fronts pierced by windows, doors and shops, mouldings, roofs.

Local frame of a building: x to the right along the base of its front as seen from outside, y into the building, z up;
the face of the front wall is y = 0 and the ground before it is z = 0. What projects from the wall has y < 0. Metres.
"""

from blender_synth.blender.scenery.facade.assembly import building, front
from blender_synth.blender.scenery.facade.upper_storeys import railing
from blender_synth.blender.scenery.facade.walls import IRON, pierced_wall, reveal
from blender_synth.blender.scenery.facade.windows import window_unit

__all__ = ["IRON", "building", "front", "pierced_wall", "railing", "reveal", "window_unit"]
