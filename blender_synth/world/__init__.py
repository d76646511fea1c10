"""What can exist in a scene and how it varies: specs, randomizers, layouts, placement. Never imports bpy.

The words used here:

    kind        one implementation in a group (scenery, cameras, people, mirrors, weather): a file that `registry` finds
    spec        frozen plain data that describes one sampled object or scene completely; JSON
    randomizer  validated settings of a kind; samples specs from named random streams
    layout      what a scenery offers to everything placed in it (`layout.Layout`): the following seven
    area        a convex polygon of ground on which people or props may stand
    mount       a stretch of wall where a mirror may hang, lean or stand
    host        a mount that is itself a part of the scenery which can become a mirror: shop panes, a front, a car
    anchor      a line on which a camera of one rig may stand
    rig         how a camera is carried: handheld, dashcam or cctv
    obstacle    an upright prism that people and cameras keep out of
    seat        where one person can sit
    spot        a free place where a prop may stand
    prop        an object from an asset pack; a `PlacedProp` is always at its place in an authored scene
    crowd       how many people there are, in which groups, and where
    context     what a mirror's randomizer knows when it proposes a place: layout, camera, people, other mirrors
    instance    an object with an id of its own in the label pass (`labelled_instances.LabelledInstance`)
    candidate   a sampled scene that acceptance has not judged yet (`blender_synth.acceptance`)

The Protocols that specs and randomizers of each group implement are in `contracts`.
"""
