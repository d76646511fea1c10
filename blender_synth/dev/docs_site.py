"""The documents as a site: `make docs` (extra `docs`). Nothing in it is loaded from the network.

Pages of .docs/ and those that lie next to what they describe are gathered in one folder, links are turned to it, the
page of all keys is made, and MkDocs builds it; a link or an anchor that leads nowhere is an error.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from blender_synth.dev.key_page import key_page

ROOT = Path(__file__).parents[2]
ELSEWHERE = {
    "README.md": "index.md",
    "scenes/README.md": "make-a-scene.md",
    "blender_synth/pack_tools/template/GUIDE.md": "make-a-pack.md",
    ".github/CONTRIBUTING.md": "contributing.md",
}
"""Pages outside .docs/, and their names in the site."""
KEYS = "keys.md"
NAVIGATION = {
    "Start": ["index.md", "train-tonight.md", "what-it-costs.md", "a-frame-looks-wrong.md", "limits.md"],
    "What can be seen": ["choices.md", "scenes-and-people.md", "mirrors.md", "weather-and-camera.md"],
    "The labels": ["dataset.md", "formats.md", "tables.md", "raw-frame.md"],
    "Use": ["command-line.md", "python.md", "check-and-browse.md", "viewers.md", KEYS],
    "Scale": ["sweeps-and-docker.md", "clusters.md", "ten-million-frames.md"],
    "Artists": ["make-a-pack.md", "asset-packs.md", "make-a-scene.md"],
    "Evidence": ["proof.md", "refine.md", "benches.md"],
    "Change it": ["architecture.md", "extend.md", "contributing.md", "CHANGELOG.md"],
}
"""Sections in order. Pages that are not there are left out; pages without a section come in one of their own."""
STYLE = "style.css"
_PICTURE_TABLES = """/* Tables of pictures: equal columns, no empty head; one below the other on narrow screens. */
.md-typeset__table:has(td > a > img) { display: block; }
.md-typeset table:not([class]):has(td > a > img) { display: table; table-layout: fixed; width: 100%; }
.md-typeset table:not([class]):has(td > a > img) thead { display: none; }
@media (max-width: 40em) {
  .md-typeset table:not([class]):has(td > a > img) td { display: block; border-top: 0; }
  .md-typeset table:not([class]) td > a > img { width: 100%; }
}
"""
_LINK = re.compile(r"(\]\()([^)\s]+)(\))")
_SHIM = re.compile(r"""\s*<script src="https://unpkg\.com/iframe-worker/shim"></script>""")
_FENCE = re.compile(r"^( *```.*?^ *```)", re.MULTILINE | re.DOTALL)


def gather(folder: Path) -> None:
    """Write all pages, and the files that they show, into an empty folder."""
    pages = {ROOT / name: target for name, target in ELSEWHERE.items()}
    pages |= {page: page.name for page in (ROOT / ".docs").glob("*.md")}
    for page, target in pages.items():
        text = page.read_text(encoding="utf-8")
        parts = _FENCE.split(text)  # every second part is a block of code
        parts[::2] = [_LINK.sub(lambda found, p=page: _turned(found, p, pages, folder), part) for part in parts[::2]]
        (folder / target).write_text("".join(parts), encoding="utf-8")
    (folder / KEYS).write_text(key_page(), encoding="utf-8")
    (folder / STYLE).write_text(_PICTURE_TABLES, encoding="utf-8")


def _turned(link: re.Match[str], page: Path, pages: dict[Path, str], folder: Path) -> str:
    """A link as it is in the site. A file that is no page is copied into it; a source file becomes plain text."""
    path, sharp, anchor = link[2].partition("#")
    if not path or path.startswith(("http:", "https:", "mailto:")):
        return link[0]
    target = (page.parent / path).resolve()
    if target in pages:
        return f"{link[1]}{pages[target]}{sharp}{anchor}{link[3]}"
    if not target.is_file():
        return link[0]  # MkDocs reports it
    name = "_".join(target.relative_to(ROOT).parts).lstrip("._").removeprefix("docs_")
    name = name if target.suffix else f"{name}.txt"
    shutil.copyfile(target, folder / name)
    return f"{link[1]}{name}{link[3]}"


def configuration(folder: Path, site: Path) -> dict[str, object]:
    """MkDocs' configuration for the pages of a folder."""
    there = {page.name for page in folder.glob("*.md")}
    navigation = [{name: found} for name, pages in NAVIGATION.items() if (found := [p for p in pages if p in there])]
    if others := sorted(there - {page for pages in NAVIGATION.values() for page in pages}):
        navigation.append({"More": others})
    schemes = [("(prefers-color-scheme: light)", "default", "material/weather-night", "dark"),
               ("(prefers-color-scheme: dark)", "slate", "material/weather-sunny", "light")]  # fmt: skip
    return {
        "site_name": "blender_synth",
        "docs_dir": str(folder),
        "site_dir": str(site),
        "use_directory_urls": False,  # pages work from file:// as well
        "strict": True,
        "nav": navigation,
        "theme": {
            "name": "material",
            "font": False,
            "features": ["navigation.sections", "navigation.top", "content.code.copy", "search.highlight"],
            "palette": [
                {
                    "media": media,
                    "scheme": scheme,
                    "primary": "teal",
                    "accent": "pink",
                    "toggle": {"icon": icon, "name": f"{name} colours"},
                }
                for media, scheme, icon, name in schemes
            ],
        },
        "extra_css": [STYLE] if (folder / STYLE).is_file() else [],
        "plugins": ["search", "offline"],
        "markdown_extensions": [
            "tables", "attr_list", "admonition", "pymdownx.superfences", {"pymdownx.highlight": {"guess_lang": False}},
        ],
        "extra": {"generator": False},
        "validation": {"links": {"anchors": "warn", "not_found": "warn", "absolute_links": "warn"}},
    }  # fmt: skip


def build(site: Path) -> None:
    """Build the site into a folder.

    Raises:
        subprocess.CalledProcessError: MkDocs found a fault, and printed it.
    """
    with tempfile.TemporaryDirectory() as scratch:
        pages, config = Path(scratch, "pages"), Path(scratch, "mkdocs.yml")
        pages.mkdir()
        gather(pages)
        text = yaml.safe_dump(configuration(pages, site.absolute()), sort_keys=False)
        slugs = "- toc:\n    permalink: true\n    slugify: !!python/object/apply:pymdownx.slugs.slugify\n"
        text = text.replace("markdown_extensions:\n", f"markdown_extensions:\n{slugs}      kwds: {{case: lower}}\n")
        config.write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--clean", "-f", str(config)]
        done = subprocess.run(
            command, stderr=subprocess.PIPE, text=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}
        )
        if done.returncode:
            print(done.stderr, file=sys.stderr)
            done.check_returncode()
    for page in site.glob("*.html"):  # what lets the search run from file:// would be loaded from the network
        page.write_text(_SHIM.sub("", page.read_text(encoding="utf-8")), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="docs_site", description="Build the documents as a site.")
    parser.add_argument("site", type=Path, nargs="?", default=ROOT / "out/site", help="folder to write (%(default)s)")
    site = parser.parse_args().site
    try:
        build(site)
    except subprocess.CalledProcessError:
        sys.exit("the site was not built; MkDocs says why above")
    print(f"open {site / 'index.html'}; its search works over http only: python -m http.server -d {site}")


if __name__ == "__main__":
    main()
