"""Lines, areas and words on a small canvas, written as SVG and as PNG."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

Point = tuple[float, float]

_FONT_PX = 13
_INK = "#222222"


@dataclass(frozen=True)
class Line:
    """A line through points, in pixels."""

    points: Sequence[Point]
    colour: str = _INK
    width: int = 1
    dashed: bool = False


@dataclass(frozen=True)
class Words:
    """Words whose baseline begins, or has its middle, at a point."""

    text: str
    at: Point
    colour: str = _INK
    centred: bool = False


@dataclass
class Canvas:
    """What was drawn; nothing is written before `save`."""

    width: int
    height: int
    title: str
    lines: list[Line] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)

    def save(self, stem: Path) -> tuple[Path, Path]:
        """Write stem.svg and stem.png; gives both paths."""
        svg, png = stem.with_name(f"{stem.name}.svg"), stem.with_name(f"{stem.name}.png")
        svg.write_text(_as_svg(self), encoding="utf-8")
        _as_image(self).save(png, "PNG")
        return svg, png


def _as_svg(canvas: Canvas) -> str:
    size = f'width="{canvas.width}" height="{canvas.height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"'
        f' viewBox="0 0 {canvas.width} {canvas.height}" font-family="sans-serif"'
        f' font-size="{_FONT_PX}">',
        f"<title>{escape(canvas.title)}</title>",
        f'<rect {size} fill="#ffffff"/>',
        *(_line_as_svg(line) for line in canvas.lines),
        *(_words_as_svg(words) for words in canvas.words),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _line_as_svg(line: Line) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in line.points)
    dashes = ' stroke-dasharray="5 4"' if line.dashed else ""
    return (
        f'<polyline points="{points}" fill="none" stroke="{line.colour}"'
        f' stroke-width="{line.width}"{dashes}/>'
    )


def _words_as_svg(words: Words) -> str:
    anchor = ' text-anchor="middle"' if words.centred else ""
    x, y = words.at
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{words.colour}"{anchor}>{escape(words.text)}</text>'
    )


def _as_image(canvas: Canvas) -> Image.Image:
    image = Image.new("RGB", (canvas.width, canvas.height), "#ffffff")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(_FONT_PX)
    for line in canvas.lines:
        for piece in _pieces(line):
            draw.line(piece, fill=line.colour, width=line.width)
    for words in canvas.words:
        anchor = "ms" if words.centred else "ls"
        draw.text(words.at, words.text, fill=words.colour, font=font, anchor=anchor)
    return image


def _pieces(line: Line) -> list[list[Point]]:
    """The whole line, or every other step of it where it is dashed."""
    if not line.dashed:
        return [list(line.points)]
    dash, gap = 5.0, 4.0
    pieces: list[list[Point]] = []
    for (x0, y0), (x1, y1) in zip(line.points, line.points[1:], strict=False):
        length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        at = 0.0
        while at < length:
            end = min(at + dash, length)
            pieces.append(
                [
                    (x0 + (x1 - x0) * part / length, y0 + (y1 - y0) * part / length)
                    for part in (at, end)
                ]
            )
            at += dash + gap
    return pieces
