"""Parked cars: a skin over cross-sections, with lights, seams and plates laid on it, and lathed wheels.

Local frame: +x is the nose, the centre of the footprint is the origin, z = 0 the road. Distances in side views are
measured from the nose backwards, in metres.
"""

from blender_synth.blender.scenery.cars.body import car, plate_words, plates
from blender_synth.blender.scenery.cars.shapes import SHAPES, Shape
from blender_synth.blender.scenery.cars.skin import Skin

__all__ = ["SHAPES", "Shape", "Skin", "car", "plate_words", "plates"]
