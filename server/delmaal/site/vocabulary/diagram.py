"""The class diagram: boxes in layers, a row for each property, an arrow from the row to the class that it leads to.

The layout is that of Sugiyama, Tagawa and Toda (1981) in its plainest form: layers by the longest path, an arrow over
several layers runs through a place of its own in each, the order within a layer is that of the neighbours' middles, and
heights follow the neighbours as far as boxes do not overlap. It draws the same picture for the same input.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

HEADER, ROW, PAD = 26.0, 19.0, 7.0
WIDTH, GUTTER, GAP, LANE = 206.0, 74.0, 22.0, 12.0
LETTERS = 27
"""Characters of a label on one line of a box; a longer one goes on below."""
SWEEPS = 24


@dataclass(frozen=True)
class Field:
    """A property in a box: its label, the box that it leads to (none), and the mark of what its values are."""

    label: str
    target: str = ""
    mark: str = "text"


@dataclass
class Box:
    """A class: where it leads to, what it is called, what stands below its name, its fields."""

    name: str
    title: str
    href: str
    above: str = ""
    fields: Sequence[Field] = ()
    kind: str = "own"
    layer: int = 0
    x: float = 0.0
    y: float = 0.0

    @property
    def titles(self) -> list[str]:
        """The name, broken into lines."""
        return broken(self.title, LETTERS - 3)

    @property
    def head(self) -> float:
        """The height of the part with the name."""
        return HEADER + 16.0 * (len(self.titles) - 1) + (14.0 if self.above else 0.0)

    @property
    def height(self) -> float:
        """The height of the whole box."""
        rows = sum(len(broken(each.label, LETTERS)) for each in self.fields)
        return self.head + (rows * ROW + PAD if rows else 0.0)

    def row(self, number: int) -> float:
        """How far below the top of the box the first line of a field stands."""
        before = sum(len(broken(each.label, LETTERS)) for each in self.fields[:number])
        return self.head + PAD / 2 + (before + 0.5) * ROW

    def texts(self) -> Iterator[tuple[float, str, str]]:
        """The lines of the fields: how far down, the text, the mark (on the first line of each)."""
        for number, each in enumerate(self.fields):
            for index, text in enumerate(broken(each.label, LETTERS)):
                yield self.row(number) + index * ROW, text, each.mark if index == 0 else ""


@dataclass
class _Lane:
    """A place in a layer that arrows to one box run through."""

    name: str
    layer: int
    y: float = 0.0
    height: float = LANE


@dataclass(frozen=True)
class Arrow:
    """A line from a field to a box, as the path of an SVG, with the place of its head."""

    path: str
    x: float
    y: float
    turn: int


@dataclass(frozen=True)
class Diagram:
    """Everything placed, in user units from the top left corner."""

    boxes: list[Box]
    arrows: list[Arrow]
    width: float
    height: float

    box_width = int(WIDTH)

    def title_of(self, name: str) -> str:
        """What a box is called."""
        return next(box.title for box in self.boxes if box.name == name)


def broken(text: str, letters: int) -> list[str]:
    """A text on lines of at most so many characters, broken at spaces; a longer word is cut."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > letters:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return [line if len(line) <= letters else line[: letters - 1] + "…" for line in lines]


def draw(boxes: Iterable[Box], lists: Sequence[Box] = ()) -> Diagram:
    """Place the boxes and their arrows; `lists` stand in rows below, without arrows."""
    placed = {box.name: box for box in boxes}
    edges = [(box.name, number, each.target) for box in placed.values() for number, each in enumerate(box.fields)
             if each.target in placed and each.target != box.name]
    _layers(placed, edges)
    _settle(placed, edges)
    count = 1 + max((box.layer for box in placed.values()), default=0)
    columns: list[list[Box | _Lane]] = [[] for _ in range(count)]
    for box in placed.values():
        columns[box.layer].append(box)
    lanes: dict[tuple[str, int], _Lane] = {}
    for source, _, target in edges:
        for layer in range(placed[source].layer + 1, placed[target].layer):
            if (target, layer) not in lanes:
                lanes[target, layer] = _Lane(target, layer)
                columns[layer].append(lanes[target, layer])
    links = _links(placed, edges, lanes)
    _order(columns, links)
    _heights(columns, links)
    for box in placed.values():
        box.x = box.layer * (WIDTH + GUTTER)
    bottom = max((box.y + box.height for box in placed.values()), default=0.0)
    below = _grid(lists, count, bottom + (2 * GAP if placed else 0.0))
    arrows = [_arrow(placed, lanes, edge) for edge in edges]
    return Diagram([*placed.values(), *lists], arrows, count * WIDTH + (count - 1) * GUTTER, max(bottom, below))


def _layers(boxes: dict[str, Box], edges: Sequence[tuple[str, int, str]]) -> None:
    """The layer of each box: one more than the last of those that lead to it; arrows that lead back do not count."""
    following: dict[str, list[str]] = {name: [] for name in boxes}
    for source, _, target in edges:
        following[source].append(target)
    state: dict[str, int] = {}
    order: list[str] = []
    forward: list[tuple[str, str]] = []

    def visit(name: str) -> None:
        state[name] = 1
        for target in following[name]:
            if state.get(target) != 1:
                forward.append((name, target))
                if target not in state:
                    visit(target)
        state[name] = 2
        order.append(name)

    for name in boxes:
        if name not in state:
            visit(name)
    for name in reversed(order):
        for source, target in forward:
            if source == name:
                boxes[target].layer = max(boxes[target].layer, boxes[name].layer + 1)


def _settle(boxes: dict[str, Box], edges: Iterable[tuple[str, int, str]]) -> None:
    """Boxes that no arrow meets stand in the layer that is lowest."""
    met = {name for source, _, target in edges for name in (source, target)}
    heights = [0.0] * (1 + max((box.layer for box in boxes.values()), default=0))
    for name in met:
        heights[boxes[name].layer] += boxes[name].height + GAP
    for name, box in boxes.items():
        if name not in met:
            box.layer = heights.index(min(heights))
            heights[box.layer] += box.height + GAP


Links = list[tuple["Box | _Lane", float, "Box | _Lane", float]]


def _links(boxes: dict[str, Box], edges: Iterable[tuple[str, int, str]], lanes: dict[tuple[str, int], _Lane]) -> Links:
    """Pairs of neighbours in adjoining layers, with how far below its top each is met."""
    found: Links = []
    for source, number, target in edges:
        here: tuple[Box | _Lane, float] = boxes[source], boxes[source].row(number)
        for layer in range(boxes[source].layer + 1, boxes[target].layer):
            found.append((*here, lanes[target, layer], LANE / 2))
            here = lanes[target, layer], LANE / 2
        found.append((*here, boxes[target], boxes[target].head / 2))
    return found


def _order(columns: list[list[Box | _Lane]], links: Links) -> None:
    """Order each layer by the middles of its neighbours, over and over."""
    _stack(columns)
    for sweep in range(SWEEPS):
        for column in columns if sweep % 2 == 0 else reversed(columns):
            middles = {id(item): _wanted(item, links) for item in column}
            column.sort(key=lambda item: (middles[id(item)], item.name))
            _stack([column])


def _wanted(item: Box | _Lane, links: Links) -> float:
    """Where the top of a box would make its arrows level."""
    tops = [a.y + down_a - down_b for a, down_a, b, down_b in links if b is item]
    tops += [b.y + down_b - down_a for a, down_a, b, down_b in links if a is item]
    return sum(tops) / len(tops) if tops else item.y


def _stack(columns: Iterable[list[Box | _Lane]]) -> None:
    for column in columns:
        y = 0.0
        for item in column:
            item.y = y
            y += item.height + GAP


def _heights(columns: list[list[Box | _Lane]], links: Links) -> None:
    """Move each layer's boxes towards where their arrows are level, in the order that they have."""
    for sweep in range(SWEEPS):
        for column in columns if sweep % 2 == 0 else reversed(columns):
            wanted = [_wanted(item, links) for item in column]
            y = 0.0
            for item, top in zip(column, wanted, strict=True):
                item.y = max(top, y)
                y = item.y + item.height + GAP
            limit = y - GAP
            for item, top in reversed(list(zip(column, wanted, strict=True))):  # what was pushed down too far goes up
                item.y = max(0.0, min(item.y, max(top, 0.0) if item.y > top else item.y, limit - item.height))
                limit = item.y - GAP
            _apart(column)
    top = min((item.y for column in columns for item in column), default=0.0)
    for column in columns:
        for item in column:
            item.y -= top


def _apart(column: list[Box | _Lane]) -> None:
    y = 0.0
    for item in column:
        item.y = max(item.y, y)
        y = item.y + item.height + GAP


def _grid(lists: Sequence[Box], columns: int, top: float) -> float:
    """Place boxes below, each in the column that ends highest; gives where the lowest ends."""
    ends = [top] * max(columns, 1)
    for box in lists:
        column = ends.index(min(ends))
        box.x, box.y = column * (WIDTH + GUTTER), ends[column]
        ends[column] += box.height + GAP
    return max(ends) - (GAP if lists else 0.0)


def _arrow(boxes: dict[str, Box], lanes: dict[tuple[str, int], _Lane], edge: tuple[str, int, str]) -> Arrow:
    source, number, target = boxes[edge[0]], edge[1], boxes[edge[2]]
    y, end = source.y + source.row(number), target.y + target.head / 2
    if target.layer > source.layer:
        x, goal, turn = source.x + WIDTH, target.x, 1
    elif target.layer < source.layer:
        x, goal, turn = source.x, target.x + WIDTH, -1
    else:
        x, goal, turn = source.x + WIDTH, target.x + WIDTH, -1
    path = f"M{x:.0f} {y:.0f}"
    for layer in range(source.layer + 1, target.layer):
        lane = lanes[target.name, layer]
        left = layer * (WIDTH + GUTTER)
        path += _curve(x, y, left, lane.y + LANE / 2) + f"H{left + WIDTH:.0f}"
        x, y = left + WIDTH, lane.y + LANE / 2
    if target.layer == source.layer:
        path += f"C{x + 40:.0f} {y:.0f} {goal + 40:.0f} {end:.0f} {goal + 7:.0f} {end:.0f}"
    else:
        path += _curve(x, y, goal - 7 * turn, end)
    return Arrow(path, goal, end, turn)


def _curve(x: float, y: float, goal: float, end: float) -> str:
    middle = (x + goal) / 2
    return f"C{middle:.0f} {y:.0f} {middle:.0f} {end:.0f} {goal:.0f} {end:.0f}"
