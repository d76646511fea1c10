"""Kinds of scenery: every file or folder here that defines `Spec` and `Randomizer` is one.

A procedural scene is added with new files only, in the package or in a folder of `BLENDER_SYNTH_PLUGINS`:

| file | content |
| --- | --- |
| `world/scenery/<kind>.py`, or a folder `<kind>/` | `Spec` and `Randomizer` |
| `blender/scenery/<kind>.py` | `build(spec, stage)`: adds the geometry and lights to the scene |
| `scenes/<name>/scene.yaml` | `kind: <kind>` and the parameters that differ from the defaults |
| `conf/scene/<name>.yaml` | the config choice `scene=<name>` |

`Spec` is a frozen dataclass (`values.plain`) that satisfies `contracts.ScenerySpec`: a `kind: Literal["<kind>"]` field,
`labelled_instances()` and `layout()`; derive from `SceneryDefaults`. `Randomizer` satisfies
`contracts.SceneryRandomizer`: the same `kind`, ranges and weights with defaults, and `sample(streams)`; derive from
`SceneryRandomizerDefaults`. Instance ids of scenery lie in 3001 to 9999 and are stable for one seed. Each part of a
scene is sampled from a stream of its own name, so that a change of one part leaves the others as they are.

The built-in scenes are folders: `elements.py` (instance ids, sizes, components), `spec.py`, `layout.py`, and
`randomizer.py` with the parameter table. `shared/` holds what several scenes use.
"""

from blender_synth.plugins import plugin_paths

__path__ += plugin_paths("world/scenery")
