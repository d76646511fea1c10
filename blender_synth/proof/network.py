"""A small one-stage, anchor-free detector with masks, trained from scratch: about a million parameters.

The whole picture goes in, so that the surroundings of a person, such as the frame of a mirror, can tell what it is: a
backbone of residual blocks to stride 32, a block that mixes in the mean of the whole picture, a feature pyramid of
strides 8, 16 and 32, and one head for all levels. At each cell the head tells whether anybody is there, what kind of
object it is, the distances to the four sides of the box (FCOS, Tian et al. 1904.01355), and coefficients of the
picture's mask prototypes (YOLACT, Bolya et al. 1904.02689). With `surfaces` it also learns where mirrors are, and the
kind head sees what it found.

A person and its reflection look alike, and what tells them apart is elsewhere in the picture. A focal loss of the
classes hardly punishes half a score for each of them, so that such a network never decides. Therefore the kind is a
choice of its own, learnt by plain cross-entropy where there is somebody: P(class) = P(somebody) P(class | somebody).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

STRIDES = (8, 16, 32)
PROTOTYPES = 8
PROTOTYPE_STRIDE = 4
_START_SHARE = 0.01
"""Share of cells that hold an object, to begin with: Lin et al. 1708.02002, section 4.1."""


@dataclass(frozen=True)
class Outputs:
    """What the network gives for a batch of B pictures with N cells over all levels.

    Attributes:
        found: (B, N) logits of anybody being there. kinds: (B, N, C) logits of the classes, if somebody is.
        boxes: (B, N, 4) x0, y0, x1, y1 in pixels. coefficients: (B, N, K).
        prototypes: (B, K, H / 4, W / 4). surfaces: logits (B, H / 8, W / 8) of reflecting surfaces; None without.
    """

    found: torch.Tensor
    kinds: torch.Tensor
    boxes: torch.Tensor
    coefficients: torch.Tensor
    prototypes: torch.Tensor
    surfaces: torch.Tensor | None = None

    @property
    def scores(self) -> torch.Tensor:
        """(B, N, C) float32 probabilities of an object of each class, which add up to that of anybody being there."""
        return torch.sigmoid(self.found)[..., None] * torch.softmax(self.kinds, -1)


def _convolution(inside: int, outside: int, size: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inside, outside, size, stride, size // 2, bias=False), nn.BatchNorm2d(outside), nn.ReLU(inplace=True)
    )


class _Residual(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.first = _convolution(channels, channels // 2, 1)
        self.second = nn.Sequential(nn.Conv2d(channels // 2, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.relu(x + self.second(self.first(x)))


class _Context(nn.Module):
    """Adds what the whole picture holds to each cell, and what is around it, by poolings of three sizes (SPPF)."""

    def __init__(self, channels: int):
        super().__init__()
        half = channels // 2
        self.reduce = _convolution(channels, half, 1)
        self.whole = nn.Linear(half, half)
        self.join = _convolution(4 * half, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        small = self.reduce(x)
        once = functional.max_pool2d(small, 5, 1, 2)
        twice = functional.max_pool2d(once, 5, 1, 2)
        whole = functional.relu(self.whole(small.mean((2, 3))))[:, :, None, None].expand_as(small)
        return self.join(torch.cat([small, once, twice, whole], 1))


class Detector(nn.Module):
    """See the module's docstring."""

    def __init__(self, classes: int, width: float = 1.0, surfaces: bool = False):
        super().__init__()
        self.classes = classes
        c4, c8, c16, c32, neck = (8 * max(1, round(width * n / 8)) for n in (24, 56, 112, 160, 56))
        self.stem = nn.Sequential(_convolution(3, c4 // 2 + 4, 3, 2), _convolution(c4 // 2 + 4, c4, 3, 2))
        self.to8 = nn.Sequential(_Residual(c4), _convolution(c4, c8, 3, 2), _Residual(c8), _Residual(c8))
        self.to16 = nn.Sequential(_convolution(c8, c16, 3, 2), _Residual(c16), _Residual(c16), _Residual(c16))
        self.to32 = nn.Sequential(_convolution(c16, c32, 3, 2), _Residual(c32), _Residual(c32), _Context(c32))
        self.lateral = nn.ModuleList(nn.Conv2d(c, neck, 1) for c in (c8, c16, c32))
        self.merge = nn.ModuleList(_convolution(neck, neck) for _ in range(2))
        self.down = nn.ModuleList(_convolution(neck, neck, 3, 2) for _ in range(2))
        self.surfaces = nn.Sequential(_convolution(neck, neck), nn.Conv2d(neck, 1, 1)) if surfaces else None
        self.found_tower = nn.Sequential(_convolution(neck, neck), _convolution(neck, neck))
        self.box_tower = nn.Sequential(_convolution(neck, neck), _convolution(neck, neck))
        self.kind_tower = nn.Sequential(_convolution(neck + int(surfaces), neck), _convolution(neck, neck))
        self.found_out = nn.Conv2d(neck, 1, 3, 1, 1)
        self.kind_out = nn.Conv2d(neck, classes, 3, 1, 1)
        self.box_out = nn.Conv2d(neck, 4 + PROTOTYPES, 3, 1, 1)
        self.scales = nn.Parameter(torch.ones(len(STRIDES)))
        self.masks = nn.Sequential(
            _convolution(neck, neck), nn.Upsample(scale_factor=2), _convolution(neck, 24), nn.Conv2d(24, PROTOTYPES, 1)
        )
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        for out in (self.found_out, self.kind_out, self.box_out):
            nn.init.normal_(out.weight, std=0.01)
            nn.init.zeros_(out.bias)
        nn.init.constant_(self.found_out.bias, math.log(_START_SHARE / (1 - _START_SHARE)))

    def forward(self, pictures: torch.Tensor) -> Outputs:
        """Detect in pictures (B, 3, H, W), RGB from 0 to 1; both lengths are multiples of 32."""
        x8 = self.to8(self.stem((pictures - 0.45) * 4))
        x16 = self.to16(x8)
        x32 = self.to32(x16)
        p8, p16, p32 = (lateral(x) for lateral, x in zip(self.lateral, (x8, x16, x32), strict=True))
        p16 = self.merge[0](p16 + functional.interpolate(p32, scale_factor=2.0))
        p8 = self.merge[1](p8 + functional.interpolate(p16, scale_factor=2.0))
        p16 = p16 + self.down[0](p8)
        p32 = p32 + self.down[1](p16)
        surfaces = self.surfaces(p8) if self.surfaces is not None else None
        found, kinds, boxes, coefficients = [], [], [], []
        for level, x in enumerate((p8, p16, p32)):
            seen = x
            if surfaces is not None:
                seen = torch.cat([x, functional.adaptive_avg_pool2d(torch.sigmoid(surfaces), x.shape[2:])], 1)
            found.append(_flat(self.found_out(self.found_tower(x))))
            kinds.append(_flat(self.kind_out(self.kind_tower(seen))))
            shape = _flat(self.box_out(self.box_tower(x))).float()
            centres = cell_centres(x.shape[2], x.shape[3], STRIDES[level], x.device)
            sides = torch.exp((shape[..., :4] * self.scales[level]).clamp(-4, 4)) * (2 * STRIDES[level])
            boxes.append(torch.cat([centres - sides[..., :2], centres + sides[..., 2:]], -1))
            coefficients.append(torch.tanh(shape[..., 4:]))
        return Outputs(
            torch.cat(found, 1)[..., 0].float(),
            torch.cat(kinds, 1).float(),
            torch.cat(boxes, 1),
            torch.cat(coefficients, 1),
            self.masks(p8).float(),
            surfaces[:, 0].float() if surfaces is not None else None,
        )


def cell_centres(height: int, width: int, stride: int, device: torch.device | None = None) -> torch.Tensor:
    """(H * W, 2) x and y of the centres of a level's cells, in pixels, by rows."""
    ys, xs = torch.meshgrid(torch.arange(height, device=device), torch.arange(width, device=device), indexing="ij")
    return (torch.stack([xs, ys], -1).reshape(-1, 2) + 0.5) * stride


def cells_of(width_px: int, height_px: int) -> tuple[torch.Tensor, torch.Tensor]:
    """(N, 2) centres and (N,) strides of the cells of all levels, for pictures of a size."""
    centres = [cell_centres(height_px // s, width_px // s, s) for s in STRIDES]
    strides = [torch.full((len(points),), float(s)) for points, s in zip(centres, STRIDES, strict=True)]
    return torch.cat(centres), torch.cat(strides)


def _flat(x: torch.Tensor) -> torch.Tensor:
    return x.flatten(2).transpose(1, 2)
