"""Takes counts over time, gives the rectangles of a small bar chart; the template only draws them."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 600
HEIGHT = 96


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    css: str
    title: str


def bars(columns: Sequence[tuple[str, Sequence[int]]], *, gap: float = 0.25) -> list[Bar]:
    """A column for each (title, counts), its counts stacked from the bottom; a quiet column keeps a line of its own."""
    tallest = max((sum(counts) for _, counts in columns), default=0) or 1
    step = WIDTH / max(len(columns), 1)
    drawn: list[Bar] = []
    for place, (title, counts) in enumerate(columns):
        x, width, top = round(place * step, 2), round(step * (1 - gap), 2), float(HEIGHT)
        if not any(counts):
            drawn.append(Bar(x, HEIGHT - 2, width, 2, "quiet", title))
        for series, count in enumerate(counts):
            height = max(round(count / tallest * (HEIGHT - 4), 2), 2) if count else 0
            if count:
                top -= height
                drawn.append(Bar(x, round(top, 2), width, height, "bar" if series == 0 else f"bar-{series + 1}", title))
    return drawn
