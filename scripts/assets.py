"""Style sheet and scripts as they are published: minified, named by their content, compressed.

A name that changes with its content may be cached for a year; see forms_api/site_files.py.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import minify

from scripts.twins import write_twins

_IMPORT = re.compile(r"""(["'])\./([\w-]+\.js)\1""")
_MEDIA = {".css": "text/css", ".js": "application/javascript", ".svg": "image/svg+xml"}


@dataclass
class Assets:
    """Everything in docs/assets, by its path there (`css/jinqiao.css`).

    `made` are files that the build makes; one of the same name in the folder gives way.
    """

    folder: Path
    made: Mapping[str, bytes] = field(default_factory=dict)

    @cached_property
    def published(self) -> dict[str, tuple[str, bytes]]:
        """path → (published path, content): `css/jinqiao.css` → `css/jinqiao.3f2a91bc.css`."""
        found: dict[str, tuple[str, bytes]] = {}
        kept = {
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*")
            if path.is_file()
        }
        for name in sorted(kept | set(self.made)):
            self._publish(name, found)
        return found

    def url(self, name: str) -> str:
        """The root-absolute address of an asset; an unknown name raises KeyError."""
        return f"/assets/{self.published[name][0]}"

    def _publish(self, name: str, found: dict[str, tuple[str, bytes]]) -> str:
        if name not in found:
            path = self.folder / name
            body = self.made[name] if name in self.made else path.read_bytes()
            if path.suffix == ".js":  # modules name each other: those first
                here = name.rpartition("/")[0]

                def renamed(match: re.Match[str]) -> str:
                    other = self._publish(f"{here}/{match[2]}", found)
                    return f"{match[1]}./{other.rpartition('/')[2]}{match[1]}"

                body = _IMPORT.sub(renamed, body.decode()).encode()
            if media := _MEDIA.get(path.suffix):
                body = minify.string(media, body.decode()).encode()
            digest = hashlib.sha256(body).hexdigest()[:8]
            found[name] = (f"{name.removesuffix(path.suffix)}.{digest}{path.suffix}", body)
        return found[name][0]

    def write(self, public: Path) -> None:
        """Write all of them below `public`/assets with their compressed twins."""
        for name, body in self.published.values():
            path = public / "assets" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
            if path.suffix in _MEDIA:
                write_twins(path, body)
