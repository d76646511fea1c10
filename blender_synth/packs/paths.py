"""Paths in manifests, which must not lead out of their pack."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

from blender_synth.errors import AssetError


def file_in_pack(folder: Path, relative: str, manifest: Path, key: str) -> Path:
    """The existing file at `relative` in a pack.

    Args:
        folder: the pack's folder, resolved. relative: with forward slashes. manifest, key: for the message.

    Raises:
        AssetError: absolute, leads out of the folder (by `..` or a link), or not a file.
    """
    windows = PureWindowsPath(relative)
    if PurePosixPath(relative).is_absolute() or windows.drive or "\\" in relative or "\0" in relative:
        raise AssetError(
            "a path must be relative to its pack",
            file=manifest,
            key=key,
            value=relative,
            hint="write it relative to the pack's folder, with forward slashes",
        )
    file = (folder / relative).resolve()
    if not file.is_relative_to(folder):
        raise AssetError(
            "a path leads out of its pack",
            file=manifest,
            key=key,
            value=relative,
            hint="copy the file into the pack's folder",
        )
    if not file.is_file():
        raise AssetError(
            "the file is missing",
            file=file,
            key=f"{key} in {manifest}",
            value=relative,
            hint="add it or correct the path",
        )
    return file
