"""The raw frames that a dataset was made from, where their runs are still at hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from blender_synth.exporters.naming import run_prefixes
from blender_synth.frames.raw_frame import RawFrame


class SourceFrames:
    """Finds frames by the group name that a dataset gives them (`<run>_<frame>`).

    Args:
        dataset: its folder. runs: as dataset.json has them; relative ones are looked up from the current directory,
            then from the dataset's parent folders.
    """

    def __init__(self, dataset: Path, runs: Sequence[str]):
        self.notes: list[str] = []
        self._runs: dict[str, Path] = {}
        parents = dataset.resolve().parents
        for run, name in run_prefixes(Path(run) for run in runs).items():
            places = [run] if run.is_absolute() else [run, *(parent / run for parent in parents)]
            found = next((place for place in places if (place / "frames").is_dir()), None)
            if found is None:
                self.notes.append(f"the run {run} is not at hand, so masks are not compared with its label layers")
            else:
                self._runs[name] = found

    @property
    def runs(self) -> list[Path]:
        """Run folders that are at hand."""
        return list(self._runs.values())

    def find(self, group: object, frame_index: object = None) -> RawFrame | None:
        """The frame of this group; None where its run is not at hand or has no such frame.

        Args:
            frame_index: of the frame, where it is known: variants of refined frames share a group.
        """
        name, _, index = str(group).rpartition("_")
        if isinstance(frame_index, int):
            index = f"{frame_index:06d}"
        folder = self._runs[name] / "frames" / index if name in self._runs and index.isdigit() else None
        return RawFrame(folder) if folder is not None and (folder / "frame.json").is_file() else None

    def __iter__(self) -> Iterator[tuple[str, RawFrame]]:
        for name, run in self._runs.items():
            for file in sorted((run / "frames").glob("[0-9]*/frame.json")):
                yield f"{name}_{file.parent.name}", RawFrame(file.parent)
