"""Houses at the corners of a crossing, which have a front on both streets."""

from __future__ import annotations

from dataclasses import replace

from blender_synth.world.scenery.shared.street_parts import Building, GroundBay


def corner_house(along: Building, beside: Building) -> tuple[Building, Building]:
    """The two fronts of a corner house: of one height, material and roof, without balconies or awnings."""
    depth = min(along.depth_m, beside.width_m - 0.2)
    along = replace(along, depth_m=depth, roof="flat", balcony="none")
    beside = replace(
        along,
        name=beside.name,
        start_xy_m=beside.start_xy_m,
        facing_deg=beside.facing_deg,
        bay_widths_m=beside.bay_widths_m,
        depth_m=min(beside.depth_m, along.width_m - 0.2),
        window_w_m=beside.window_w_m,
        ground=beside.ground,
        shops=beside.shops,
    )
    if beside.shutters_rgb is not None and min(beside.bay_widths_m) < beside.window_w_m + 1.15:
        along, beside = replace(along, shutters_rgb=None), replace(beside, shutters_rgb=None)
    beside = _open_bay(beside, last=True)
    return _without_awnings(along), _without_awnings(beside)


def _open_bay(house: Building, last: bool) -> Building:
    """Replace a shop next to the corner by windows, as its interior would intersect that of the other front."""
    ground, shops = list(house.ground), list(house.shops)
    index = len(ground) - 1 if last else 0
    bay = ground[index]
    if bay.kind != "shop":
        return house
    del shops[-1 if last else 0]
    ground[index : index + 1] = [GroundBay(kind="window", first=bay.first + i, count=1) for i in range(bay.count)]
    return replace(house, ground=tuple(ground), shops=tuple(shops))


def _without_awnings(house: Building) -> Building:
    return replace(house, shops=tuple(replace(shop, awning_rgb=None) for shop in house.shops))
