"""A dataset described for machines: Croissant 1.0 (MLCommons), as JSON-LD."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from blender_synth.checksums import FILE as CHECKSUMS
from blender_synth.checksums import digest, files_below

FILE = "croissant.json"
Json = dict[str, Any]
_OWN_FILES = {FILE, "README.md", "dataset.json", CHECKSUMS}
_ALONE = 8
"""So many files of one pattern, other than pictures, are listed each."""
_PICTURES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
_TYPES = {
    **_PICTURES, ".json": "application/json", ".jsonl": "application/jsonlines", ".csv": "text/csv",
    ".txt": "text/plain", ".parquet": "application/x-parquet", ".tar": "application/x-tar", ".yaml": "application/yaml",
    ".md": "text/markdown", ".xml": "application/xml", ".exr": "image/x-exr", ".npz": "application/x-npz",
}  # fmt: skip
_CONTEXT: Json = {
    "@language": "en", "@vocab": "https://schema.org/", "citeAs": "cr:citeAs", "column": "cr:column",
    "conformsTo": "dct:conformsTo", "cr": "http://mlcommons.org/croissant/", "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"}, "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/", "examples": {"@id": "cr:examples", "@type": "@json"}, "extract": "cr:extract",
    "field": "cr:field", "fileProperty": "cr:fileProperty", "fileObject": "cr:fileObject", "fileSet": "cr:fileSet",
    "format": "cr:format", "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath",
    "key": "cr:key", "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path", "recordSet": "cr:recordSet",
    "references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated", "replace": "cr:replace",
    "sc": "https://schema.org/", "separator": "cr:separator", "source": "cr:source", "subField": "cr:subField",
    "transform": "cr:transform", "equivalentProperty": "cr:equivalentProperty", "samplingRate": "cr:samplingRate",
}  # fmt: skip


def describe(folder: Path, name: str, description: str, licences: Sequence[str], version: str) -> Json:
    """The description of the files in a finished dataset.

    Args:
        licences: addresses. version: of the program, which stands for that of the dataset.
    """
    distribution: list[Json] = []
    records: list[Json] = []
    for pattern, paths in patterns(folder).items():
        suffix = PurePosixPath(pattern).suffix
        if len(paths) <= _ALONE and suffix not in _PICTURES:
            distribution += [_file_object(folder, path) for path in paths]
            continue
        identifier = re.sub(r"\W+", "-", pattern.replace("*", "all")).strip("-")
        distribution.append(
            {
                "@type": "cr:FileSet",
                "@id": identifier,
                "name": identifier,
                "description": f"{len(paths)} files",
                "encodingFormat": _TYPES.get(suffix, "application/octet-stream"),
                "includes": pattern,
            }
        )
        if suffix in _PICTURES and "images" in paths[0].split("/")[:-1]:
            records.append(_picture_records(identifier))
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "name": name,
        "description": description,
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "version": version if re.fullmatch(r"\d+\.\d+\.\d+", version) else "0.0.0",
        "license": list(licences) if len(licences) != 1 else licences[0],
        "keywords": ["synthetic", "pedestrians", "reflections", "weather"],
        "distribution": distribution,
        "recordSet": records,
    }


def patterns(folder: Path) -> dict[str, list[str]]:
    """Files of a dataset, without its card and checksums, by pattern.

    `*` stands for a folder below the first one, and for a name where several files are alike but for it.
    """
    groups: dict[str, list[str]] = {}
    for path in files_below(folder):
        if path in _OWN_FILES:
            continue
        *parents, name = path.split("/")
        shown = [parents[0], *("*" for _ in parents[1:])] if parents else []
        groups.setdefault("/".join([*shown, f"*{PurePosixPath(name).suffix}"]), []).append(path)
    result = {}
    for pattern, paths in sorted(groups.items()):
        result[paths[0] if len(paths) == 1 else pattern] = paths
    return result


def _file_object(folder: Path, path: str) -> Json:
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": path,
        "contentUrl": path,
        "contentSize": f"{(folder / path).stat().st_size} B",
        "encodingFormat": _TYPES.get(PurePosixPath(path).suffix, "application/octet-stream"),
        "sha256": digest(folder / path),
    }


def _picture_records(file_set: str) -> Json:
    identifier = f"{file_set}-pictures"

    def field(name: str, kind: str, about: str, extract: Json, **source: Any) -> Json:
        return {
            "@type": "cr:Field",
            "@id": f"{identifier}/{name}",
            "name": name,
            "description": about,
            "dataType": kind,
            "source": {"fileSet": {"@id": file_set}, "extract": extract, **source},
        }

    return {
        "@type": "cr:RecordSet",
        "@id": identifier,
        "name": identifier,
        "description": "The pictures.",
        "field": [
            field("image", "sc:ImageObject", "the picture", {"fileProperty": "content"}),
            field("file_name", "sc:Text", "as the tables name it", {"fileProperty": "filename"}),
            field("split", "sc:Text", "part of the dataset", {"fileProperty": "fullpath"},
                  transform={"regex": r".*/([^/]+)/[^/]+$"}),
        ],
    }  # fmt: skip
