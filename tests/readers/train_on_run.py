"""`train_on_run.py RUN`: `RunDataset` through a `DataLoader` into torchvision's R-CNNs."""

from __future__ import annotations

import sys

import torch
from torch.utils.data import DataLoader, Dataset
from torchvision.models.detection import keypointrcnn_resnet50_fpn, maskrcnn_resnet50_fpn

from blender_synth.torch_dataset import RunDataset


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    dataset = RunDataset(sys.argv[1], seed=1)
    assert isinstance(dataset, Dataset)
    image, target = dataset[0]
    assert image.dtype == torch.float32
    assert 0 <= float(image.min()) <= float(image.max()) <= 1
    kinds = {name: (value.dtype, tuple(value.shape)) for name, value in target.items() if name != "image_id"}
    print(kinds)
    loader = DataLoader(dataset, batch_size=2, num_workers=1, collate_fn=lambda batch: tuple(zip(*batch, strict=True)))
    seen = []
    for epoch in range(2):
        dataset.set_epoch(epoch)
        batches = list(loader)
        assert len(batches) == len(dataset) // 2
        seen.append(batches[0][0][0])
        assert [t["image_id"] for _, targets in batches for t in targets] == list(range(len(dataset)))
    assert not torch.equal(*seen), "both epochs have the same picture"
    images, targets = batches[0]
    small = {"weights": None, "weights_backbone": None, "num_classes": 3, "min_size": 64, "max_size": 96}
    for build in (maskrcnn_resnet50_fpn, keypointrcnn_resnet50_fpn):
        model = build(**small).train()
        losses = model(list(images), [dict(t) for t in targets])
        total = sum(losses.values())
        total.backward()
        assert torch.isfinite(total), losses
        print(build.__name__, {name: round(float(loss), 3) for name, loss in losses.items()})


if __name__ == "__main__":
    main()
