"""The files a browser loads, under names that change with their content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, held in memory: there are few and they are small."""

    url: str
    media_type: str
    data: bytes
    tag: str


def load_assets(folder: Path = FOLDER) -> Mapping[str, Asset]:
    """Read every file of *folder* by its plain name."""
    return {
        path.name: _load(path)
        for path in sorted(folder.iterdir())
        if path.suffix in _TYPES and path.is_file()
    }


def _load(path: Path) -> Asset:
    data = path.read_bytes()
    tag = sha256(data).hexdigest()[:12]
    return Asset(f"/static/{path.stem}.{tag}{path.suffix}", _TYPES[path.suffix], data, tag)
