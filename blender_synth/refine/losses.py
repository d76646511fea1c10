"""Losses of the generator and the discriminator (torch)."""

from __future__ import annotations

import torch
from torch.nn import functional

_C = (0.03 * 2) ** 2 / 4
_FILTER_PX, _FILTERS, _STEP = 7, 32, 3
_LEVELS = 3


def judged_real(judgements: torch.Tensor) -> torch.Tensor:
    """Least squares loss (Mao et al. 2017) towards 1."""
    return ((judgements - 1) ** 2).mean()


def judged_fake(judgements: torch.Tensor) -> torch.Tensor:
    """The same towards 0."""
    return (judgements**2).mean()


def r1_penalty(judgements: torch.Tensor, pictures: torch.Tensor) -> torch.Tensor:
    """Squared gradient at photographs (Mescheder et al. 2018). `pictures` must require gradients."""
    (gradient,) = torch.autograd.grad(judgements.sum(), pictures, create_graph=True)
    return gradient.square().sum((1, 2, 3)).mean() / 2


def statistics(
    fakes: torch.Tensor,
    reals: torch.Tensor,
    generator: torch.Generator,
    levels: int = _LEVELS,
    filters: int = _FILTERS,
) -> torch.Tensor:
    """Sliced Wasserstein distance of the patches of two batches over a Laplacian pyramid.

    Args:
        fakes: (N, C, H, W). reals: as many, or a multiple. generator: draws the directions, new ones each time.
        levels: of the pyramid. filters: directions of each.
    """
    total = fakes.new_zeros(())
    for level in range(levels):
        last = level == levels - 1
        smaller = [functional.avg_pool2d(batch, 2) for batch in (fakes, reals)]
        if last:
            now = [fakes, reals]
        else:
            now = [
                batch - functional.interpolate(small, scale_factor=2, mode="bilinear", align_corners=False)
                for batch, small in zip((fakes, reals), smaller, strict=True)
            ]
        kernels = torch.randn(filters, fakes.shape[1], _FILTER_PX, _FILTER_PX, generator=generator).to(fakes.device)
        if not last:
            kernels = kernels - kernels.mean((2, 3), keepdim=True)
        kernels = kernels / kernels.flatten(1).norm(dim=1)[:, None, None, None]
        mine, theirs = (
            functional.conv2d(batch, kernels, stride=_STEP if level < 2 else 1)
            .transpose(0, 1)
            .flatten(1)
            .sort(1)
            .values
            for batch in now
        )
        theirs = theirs[:, :: max(1, theirs.shape[1] // mine.shape[1])][:, : mine.shape[1]]
        total = total + (mine - theirs).abs().mean() / (theirs.std(1).mean() + 1e-4)
        fakes, reals = smaller
    return total / levels


def _luminance(pictures: torch.Tensor) -> torch.Tensor:
    weights = pictures.new_tensor([0.299, 0.587, 0.114])[None, :, None, None]
    return functional.avg_pool2d((pictures * weights).sum(1, keepdim=True), 3, 1, 1)


def content(before: torch.Tensor, after: torch.Tensor, borders: torch.Tensor, people: torch.Tensor) -> torch.Tensor:
    """What must stay: edges at borders of instances, and structure everywhere, twice as much in people.

    The same measures as in `checks`, differentiable, with the contrast of each whole crop matched.

    Args:
        before, after: (N, 3, H, W). borders, people: (N, 1, H, W), 0 or 1.
    """
    a, b = _luminance(before), _luminance(after)
    return _edges(a, b, borders) + (1 - _similarity(a, b, 1 + people))


def tint(before: torch.Tensor, after: torch.Tensor) -> torch.Tensor:
    """What one affine map of colours for the whole batch does not explain: cameras tint everything, grass is invented.

    Args:
        before, after: (N, 3, H, W).
    """
    a, b = (functional.avg_pool2d(x, 8).permute(0, 2, 3, 1).reshape(-1, 3) for x in (before, after))
    a = torch.cat([a, torch.ones_like(a[:, :1])], 1)
    with torch.no_grad():
        ridge = 1e-3 * len(a) * torch.eye(4, device=a.device)
        solved = torch.linalg.solve(a.T @ a + ridge, a.T @ b)
    left = b - a @ solved
    chroma = left - left.mean(1, keepdim=True)
    return (chroma.square().sum(1) + 1e-4).sqrt().mean() + 0.3 * left.mean(1).abs().mean()


def _edges(a: torch.Tensor, b: torch.Tensor, borders: torch.Tensor) -> torch.Tensor:
    ax, ay, bx, by = a.diff(dim=3), a.diff(dim=2), b.diff(dim=3), b.diff(dim=2)
    across, down = borders[..., 1:], borders[..., 1:, :]
    both = (ax * bx * across).sum((1, 2, 3)) + (ay * by * down).sum((1, 2, 3))
    first = (ax * ax * across).sum((1, 2, 3)) + (ay * ay * down).sum((1, 2, 3))
    second = (bx * bx * across).sum((1, 2, 3)) + (by * by * down).sum((1, 2, 3))
    weight = first / (first + 0.5)  # crops without edges say nothing
    return (weight * (1 - both / (first * second + 1e-4).sqrt())).mean()


def _similarity(a: torch.Tensor, b: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    a, b = (x - functional.avg_pool2d(x, 9, 1, 4, count_include_pad=False) for x in (a, b))
    gain = (
        (a.square().mean((1, 2, 3), keepdim=True) + 1e-4) / (b.square().mean((1, 2, 3), keepdim=True) + 1e-4)
    ).sqrt()
    b = b * gain.clamp(0.25, 4)
    aa, bb, ab = (functional.avg_pool2d(x, 7, 1, 3) for x in (a * a, b * b, a * b))
    return (weights * (2 * ab + _C) / (aa + bb + _C)).sum() / weights.sum()
