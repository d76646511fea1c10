"""Builds a deck of a car park from its spec. All details follow from seeds in the spec."""

from __future__ import annotations

from blender_synth.blender.scenery import pieces, rooms
from blender_synth.blender.scenery.car_park.floor import Deck, DeckWear, floor, floor_paint
from blender_synth.blender.scenery.car_park.ramp import ramp
from blender_synth.blender.scenery.car_park.services import lamps, pipes, signs
from blender_synth.blender.scenery.car_park.structure import ceiling, column_marks, column_shaft, core_block, walls
from blender_synth.blender.scenery.materials import Materials, deck_material
from blender_synth.blender.scenery.meshes import Part, join, to_object
from blender_synth.blender.stage import Stage
from blender_synth.world.scenery.car_park import Spec
from blender_synth.world.scenery.car_park.elements import (
    CEILING_ID,
    FLOOR_ID,
    LAMPS_ID,
    PIPES_ID,
    RAMP_ID,
    SIGNS_ID,
    WALL_IDS,
)


def build(spec: Spec, stage: Stage) -> None:
    """Add the whole deck to the scene."""
    rooms.prepare(stage)
    materials = Materials()
    size = (2 * spec.half_length_m, 2 * spec.half_depth_m)
    wear = DeckWear(Deck.of(spec), spec).pixels()
    materials["deck"] = deck_material(materials, wear, size, spec.floor_rgb, spec.floor_gloss)
    rooms.add(stage, materials, FLOOR_ID, "floor", [floor(spec), *floor_paint(spec)])
    rooms.add(stage, materials, CEILING_ID, "ceiling", ceiling(spec))
    for side, shapes in walls(spec).items():
        rooms.add(stage, materials, WALL_IDS[side], f"wall_{side}", shapes)
    for core in spec.cores:
        rooms.add(stage, materials, core.instance_id, core.name, [core_block(spec, core)])
    meshes: dict[str, Part] = {}
    for column in spec.columns:
        shaft = meshes.setdefault("shaft", column_shaft(spec))
        shape = join([shaft, *column_marks(spec, column.mark)]).moved((*column.xy_m, 0.0))
        stage.add(to_object(column.name, shape, materials), column.instance_id)
    rooms.add(stage, materials, LAMPS_ID, "lamps", lamps(spec, stage))
    rooms.add(stage, materials, PIPES_ID, "pipes", pipes(spec))
    rooms.add(stage, materials, SIGNS_ID, "signs", signs(spec))
    rooms.add(stage, materials, RAMP_ID, "ramp", ramp(spec))
    rooms.point_light(stage, (spec.half_length_m + 7.0, spec.ramp_y_m, 2.6), 0.2, 2500.0, spec.kelvin)
    pieces.add_cars(spec.cars, stage, materials)
