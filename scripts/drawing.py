"""The mark as pictures: the arch and its reflection, drawn in the site's colours.

No picture holds words: a machine that builds the site need not have a Chinese font, and the same
colours give the same picture everywhere.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, pi, sin

from PIL import Image, ImageDraw

APP_SIZES = (192, 512)
SHARE_SIZE = (1200, 630)
_FINE = 4  # drawn so many times larger, then reduced: smooth edges

Point = tuple[float, float]


@dataclass(frozen=True)
class Mark:
    """Measures in a square of 32: the arch, its opening, and the two strokes of its reflection."""

    left: float
    shoulder: float
    bow: Point  # the left control point of the arch's curve; the right one mirrors it
    foot: float
    radius: float
    strokes: tuple[tuple[float, float], ...]  # (x where it begins, y)
    width: float

    def outline(self) -> list[Point]:
        """The arch as a polygon."""
        ends = (self.left, self.shoulder), (32 - self.left, self.shoulder)
        bows = self.bow, (32 - self.bow[0], self.bow[1])
        curve = [_bezier(ends[0], *bows, ends[1], step / 60) for step in range(61)]
        opening = [
            (16 + self.radius * cos(angle), self.foot - self.radius * sin(angle))
            for angle in (pi * step / 60 for step in range(61))
        ]
        return [*curve, (32 - self.left, self.foot), *opening, (self.left, self.foot)]

    def svg(self, ground: str, arch: str, gold: str) -> str:
        """The mark on a square with round corners, for tabs and bookmarks."""
        r, right = self.radius, 32 - self.left
        strokes = "".join(f"M{x} {y}H{32 - x}" for x, y in self.strokes)
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
            f'<rect width="32" height="32" rx="7" fill="{ground}"/><path fill="{arch}" '
            f'd="M{self.left} {self.shoulder}C{self.bow[0]} {self.bow[1]} {32 - self.bow[0]} '
            f"{self.bow[1]} {right} {self.shoulder}V{self.foot}H{16 + r}"
            f'A{r} {r} 0 0 0 {16 - r} {self.foot}H{self.left}z"/>'
            f'<path d="{strokes}" stroke="{gold}" stroke-width="{self.width}" '
            'stroke-linecap="round"/></svg>'
        )


#: As in the header (docs/theme/partials/logo.html), and smaller within a square.
FREE = Mark(1, 17.5, (8, 3.5), 19.4, 8.6, ((8.4, 23), (11.2, 26.6)), 2.2)
BOXED = Mark(4, 18, (9.5, 7), 19.5, 6.8, ((10, 22.8), (12.4, 25.8)), 1.9)


def _bezier(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    x, y = (sum(w * p[axis] for w, p in zip(weights, (a, b, c, d), strict=True)) for axis in (0, 1))
    return x, y


def pictures(palettes: Mapping[str, Mapping[str, str]]) -> dict[str, bytes]:
    """File name → content: favicon.svg, icon-<pixels>.png, share.png."""
    light, dark = palettes["light"], palettes["dark"]
    ground, arch, gold = light["brand"], light["onbrand"], dark["gold"]
    found = {"favicon.svg": BOXED.svg(ground, arch, gold).encode()}
    found["icon-32.png"] = icon(32, ground, arch, gold, corner=7)
    for size in (180, *APP_SIZES):  # devices round these themselves
        found[f"icon-{size}.png"] = icon(size, ground, arch, gold)
    found["share.png"] = share(light)
    return found


def icon(size: int, ground: str, arch: str, gold: str, corner: float = 0) -> bytes:
    """A square PNG of `size` pixels; `corner` is a radius in 32nds of its side."""
    side = size * _FINE
    image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, side - 1, side - 1), corner * side / 32, fill=ground)
    _mark(draw, BOXED, (0, 0), side / 32, arch, gold)
    return _png(image.resize((size, size), Image.Resampling.LANCZOS))


def share(colours: Mapping[str, str]) -> bytes:
    """What others show beside a link to the site: the mark, in the middle for square cuts."""
    width, height = (2 * side for side in SHARE_SIZE)
    image = Image.new("RGB", (width, height), colours["wash"])
    draw = ImageDraw.Draw(image)
    scale = height * 0.62 / 32
    corner = ((width - 32 * scale) / 2, (height - 31 * scale) / 2)
    _mark(draw, FREE, corner, scale, colours["brand"], colours["gold"])
    draw.rectangle((0, height - 36, width, height), fill=colours["foot"])
    draw.rectangle((0, height - 44, width, height - 36), fill=colours["gold"])
    return _png(image.resize(SHARE_SIZE, Image.Resampling.LANCZOS).quantize(64))


def _mark(
    draw: ImageDraw.ImageDraw, mark: Mark, corner: Point, scale: float, arch: str, gold: str
) -> None:
    def place(x: float, y: float) -> Point:
        return corner[0] + x * scale, corner[1] + y * scale

    draw.polygon([place(*point) for point in mark.outline()], fill=arch)
    half = mark.width / 2
    for x, y in mark.strokes:
        ends = (*place(x - half, y - half), *place(32 - x + half, y + half))
        draw.rounded_rectangle(ends, half * scale, fill=gold)


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def ico(png: bytes, size: int) -> bytes:
    """A PNG wrapped as .ico, for browsers that ask for /favicon.ico and read nothing else."""
    head = struct.pack("<HHH", 0, 1, 1)
    entry = struct.pack("<BBBBHHII", size, size, 0, 0, 1, 32, len(png), len(head) + 16)
    return head + entry + png
