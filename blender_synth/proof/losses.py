"""Which cells learn which object, and the losses of scores, kinds, boxes and masks."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional

from blender_synth.proof.network import PROTOTYPE_STRIDE, Outputs

_RANGES_PX = {8: (0.0, 64.0), 16: (40.0, 150.0), 32: (110.0, 1e9)}
"""Longest sides of the boxes that cells of each stride learn; they overlap, so that no size falls between levels."""
_RADIUS = 1.5
"""Cells within this many strides of a box's centre learn it (FCOS with centre sampling)."""
_MOST_MASKS = 32


@dataclass(frozen=True)
class Target:
    """What a picture holds.

    Attributes:
        boxes: (G, 4). classes: (G,) with -1 for regions to ignore. masks: (G, H / 4, W / 4).
        surfaces: (H / 4, W / 4), 1 where surfaces reflect.
    """

    boxes: torch.Tensor
    classes: torch.Tensor
    masks: torch.Tensor
    surfaces: torch.Tensor


def assigned(centres: torch.Tensor, strides: torch.Tensor, target: Target) -> tuple[torch.Tensor, torch.Tensor]:
    """The object (N,) that each cell learns, -1 for none, and whether (N,) it is to be ignored.

    Where several objects qualify, the smallest one is learnt. An object that no cell qualifies for gets the nearest.
    """
    count = len(centres)
    owner = torch.full((count,), -1, dtype=torch.long, device=centres.device)
    ignored = torch.zeros(count, dtype=torch.bool, device=centres.device)
    boxes, real = target.boxes, target.classes >= 0
    if not len(boxes):
        return owner, ignored
    x, y = centres[:, :1], centres[:, 1:]
    inside = (x > boxes[:, 0]) & (x < boxes[:, 2]) & (y > boxes[:, 1]) & (y < boxes[:, 3])
    ignored = (inside & ~real).any(1)
    if not bool(real.any()):
        return owner, ignored
    numbers = torch.nonzero(real).flatten()
    boxes = boxes[numbers]
    middles, sizes = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    longest = sizes.max(1).values
    low = torch.zeros_like(strides)
    high = torch.zeros_like(strides)
    for stride, (least, most) in _RANGES_PX.items():
        low[strides == stride], high[strides == stride] = least, most
    off = (centres[:, None] - middles).abs()
    near = (off < _RADIUS * strides[:, None, None]).all(-1)
    fits = inside[:, numbers] & near & (longest >= low[:, None]) & (longest < high[:, None])
    areas = sizes.prod(1)
    best = torch.where(fits, areas, torch.inf).min(1)
    owner = torch.where(best.values < torch.inf, numbers[best.indices], owner)
    for position in torch.nonzero(~fits.any(0)).flatten().tolist():
        allowed = (longest[position] >= low) & (longest[position] < high)
        distance = torch.where(allowed, (off[:, position] / strides[:, None]).square().sum(1), torch.inf)
        owner[distance.argmin()] = numbers[position]
    return owner, ignored & (owner < 0)


def losses(
    outputs: Outputs, targets: list[Target], cells: tuple[torch.Tensor, torch.Tensor]
) -> dict[str, torch.Tensor]:
    """The losses `found`, `kind`, `box` and `mask` of a batch, and `surface` where the network learns such surfaces.

    Found: quality focal loss, whose target is the overlap of the predicted box (Li et al. 2006.04388). Kind:
    cross-entropy of the classes at the cells that learn an object. Boxes: 1 - GIoU (Rezatofighi et al. 1902.09630).
    Masks: cross-entropy inside the box, of objects that have one. Surfaces: cross-entropy of the whole picture.
    """
    wanted = torch.zeros_like(outputs.found)
    weights = torch.ones_like(outputs.found)
    overlaps, mask_losses, kind_losses = [], [], []
    for number, target in enumerate(targets):
        owner, ignored = assigned(*cells, target)
        weights[number, ignored] = 0
        positive = torch.nonzero(owner >= 0).flatten()
        if not len(positive):
            continue
        objects = owner[positive]
        iou, giou = overlap(outputs.boxes[number, positive], target.boxes[objects])
        quality = iou.detach().clamp(min=0.05)
        wanted[number, positive] = quality
        kind_losses.append(
            functional.cross_entropy(outputs.kinds[number, positive], target.classes[objects], reduction="none")
        )
        overlaps.append(torch.stack([1 - giou, quality]))
        mask_losses += _mask_losses(outputs, number, positive, objects, target, len(targets))
    chance = torch.sigmoid(outputs.found)
    cross = functional.binary_cross_entropy_with_logits(outputs.found, wanted, reduction="none")
    focal = ((wanted - chance).detach().square() * cross) * weights
    pairs = torch.cat(overlaps, 1) if overlaps else torch.zeros(2, 0, device=wanted.device)
    zero = outputs.boxes.sum() * 0
    found = {
        "found": focal.sum() / max(pairs.shape[1], 1),
        "kind": torch.cat(kind_losses).mean() if kind_losses else zero,
        "box": (pairs[0] * pairs[1]).sum() / pairs[1].sum().clamp(min=1e-6) if pairs.shape[1] else zero,
        "mask": torch.stack(mask_losses).mean() if mask_losses else zero,
    }
    if outputs.surfaces is not None:
        covered = torch.stack([target.surfaces for target in targets]).to(outputs.surfaces.dtype)
        share = functional.adaptive_avg_pool2d(covered, outputs.surfaces.shape[1:])
        found["surface"] = functional.binary_cross_entropy_with_logits(outputs.surfaces, share)
    return found


def _mask_losses(
    outputs: Outputs, number: int, positive: torch.Tensor, objects: torch.Tensor, target: Target, pictures: int
) -> list[torch.Tensor]:
    """One loss for each of some objects, at one of their cells."""
    found = []
    height, width = outputs.prototypes.shape[-2:]
    for chosen in torch.unique(objects).tolist()[: max(1, 2 * _MOST_MASKS // pictures)]:
        if not bool(target.masks[chosen].any()):
            continue
        cells = positive[objects == chosen]
        box = (target.boxes[chosen] / PROTOTYPE_STRIDE).tolist()
        x0, y0 = min(int(box[0]), width - 1), min(int(box[1]), height - 1)
        x1, y1 = max(x0 + 1, round(box[2] + 0.5)), max(y0 + 1, round(box[3] + 0.5))
        prototypes = outputs.prototypes[number, :, y0:y1, x0:x1]
        wanted = target.masks[chosen, y0:y1, x0:x1].to(prototypes.dtype)
        logits = torch.einsum("k,khw->hw", outputs.coefficients[number, cells[len(cells) // 2]], prototypes)
        found.append(functional.binary_cross_entropy_with_logits(logits, wanted))
    return found


def overlap(boxes: torch.Tensor, others: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """IoU and generalised IoU (N,) of boxes (N, 4) with others (N, 4), one by one."""
    low, high = torch.maximum(boxes[:, :2], others[:, :2]), torch.minimum(boxes[:, 2:], others[:, 2:])
    both = (high - low).clamp(min=0).prod(1)
    area, other_area = ((b[:, 2:] - b[:, :2]).clamp(min=0).prod(1) for b in (boxes, others))
    union = (area + other_area - both).clamp(min=1e-6)
    around = torch.maximum(boxes[:, 2:], others[:, 2:]) - torch.minimum(boxes[:, :2], others[:, :2])
    hull = around.clamp(min=0).prod(1).clamp(min=1e-6)
    iou = both / union
    return iou, iou - (hull - union) / hull
