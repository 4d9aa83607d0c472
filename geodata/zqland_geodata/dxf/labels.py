"""Texts in a drawing, and which ring each of them stands in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import shapely
from ezdxf.tools.text import plain_mtext, plain_text

from zqland.text import Text
from zqland_geodata.dxf.letters import decode
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.nestedrings import AT_ONCE, check_around

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ezdxf.document import Drawing
    from ezdxf.entities.dxfentity import DXFEntity
    from ezdxf.entities.insert import Insert
    from ezdxf.entities.mtext import MText
    from ezdxf.entities.text import Text as TextEntity
    from ezdxf.math import Vec3
    from numpy.typing import NDArray

    from zqland_geodata.options import Limits

_TEXTS = {"TEXT", "MTEXT"}
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Label:
    """A line of text.

    Attributes
    ----------
    text
        Its words.
    x
        Easting of its anchor in drawing units.
    y
        Northing.
    layer
        Its layer.
    tag
        Name of the attribute of a block, or ``""`` for a free text.
    """

    text: str
    x: float
    y: float
    layer: str
    tag: str = ""


def collect(drawing: Drawing, limits: Limits, *, name: str) -> list[Label]:
    """Collect the texts of the model space and of the blocks inserted in it.

    Parameters
    ----------
    drawing
        The drawing.
    limits
        How many there may be.
    name
        Name of the file, for messages.

    Returns
    -------
    labels
        One for each line of text.

    Raises
    ------
    FileUnreadableError
        There are too many.
    """
    labels: list[Label] = []
    blocks: dict[str, list[Label]] = {}
    for entity in drawing.modelspace():
        if entity.dxftype() in _TEXTS:
            labels.extend(_of_text(entity))
        elif entity.dxftype() == "INSERT":
            labels.extend(_of_block(drawing, cast("Insert", entity), blocks))
        if len(labels) > limits.records:
            raise FileUnreadableError(_TOO_MANY.format(name=name, most=limits.records))
    return [label for label in labels if np.isfinite((label.x, label.y)).all()]


def rings_of(
    labels: Sequence[Label], rings: NDArray[np.object_], *, name: str = ""
) -> list[list[int]]:
    """Find the smallest ring around each text.

    Parameters
    ----------
    labels
        The texts.
    rings
        Filled rings; shape (n,).
    name
        Name of the file, for the message.

    Returns
    -------
    found
        For each text the numbers of the smallest ring around its anchor: none, one,
        or several where one ring is drawn more than once.

    Raises
    ------
    FileUnreadableError
        More rings lie around a text than parcels can.
    """
    sound = shapely.make_valid(rings)
    areas = shapely.area(sound)
    places = [(label.x, label.y) for label in labels]
    points = np.asarray(
        shapely.points(np.array(places, dtype=np.float64).reshape(-1, 2)), dtype=object
    )
    tree = shapely.STRtree(sound)
    found: list[list[int]] = [[] for _ in labels]
    for first in range(0, len(labels), AT_ONCE):
        some = points[first : first + AT_ONCE]
        number, ring = tree.query(some, predicate="intersects")
        check_around(number, name=name)
        for label, inside in zip(number.tolist(), ring.tolist(), strict=True):
            before = found[first + label]
            if not before or areas[inside] < areas[before[0]]:
                found[first + label] = [inside]
            elif areas[inside] == areas[before[0]]:
                before.append(inside)
    return found


def _of_text(entity: DXFEntity) -> list[Label]:
    if entity.dxftype() == "MTEXT":
        text = cast("MText", entity)
        words = plain_mtext(decode(text.text[:_LONGEST]))
        return _lines(str(words), text.dxf.insert, entity)
    line = cast("TextEntity", entity)
    words = plain_text(decode(str(line.dxf.text)[:_LONGEST]))
    return _lines(words, _anchor(line), entity)


def _anchor(line: TextEntity) -> Vec3:
    """Return the point at which a text is held, in the plan."""
    is_aligned = line.dxf.get("halign", 0) or line.dxf.get("valign", 0)
    held = line.dxf.get("align_point") if is_aligned else None
    return line.ocs().to_wcs(line.dxf.insert if held is None else held)


def _lines(words: str, at: Vec3, entity: DXFEntity, *, tag: str = "") -> list[Label]:
    layer = decode(str(entity.dxf.get("layer", "0")))
    return [
        Label(line.strip(), float(at.x), float(at.y), layer, tag)
        for line in words.splitlines()
        if line.strip()
    ]


def _of_block(
    drawing: Drawing, insert: Insert, blocks: dict[str, list[Label]]
) -> Iterator[Label]:
    """Give the attributes of an inserted block and the fixed texts in it."""
    for attribute in insert.attribs:
        yield from _lines(
            plain_text(decode(str(attribute.dxf.text)[:_LONGEST])),
            _anchor(attribute),
            attribute,
            tag=decode(str(attribute.dxf.get("tag", ""))).strip(),
        )
    name = str(insert.dxf.get("name", ""))
    if name not in blocks:
        blocks[name] = [
            label
            for entity in drawing.blocks.get(name, ())
            if entity.dxftype() in _TEXTS
            for label in _of_text(entity)
        ]
    if not blocks[name]:
        return
    matrix = insert.matrix44()
    for label in blocks[name]:
        at = matrix.transform((label.x, label.y, 0.0))
        layer = insert.dxf.get("layer", "0") if label.layer == "0" else label.layer
        yield Label(label.text, float(at.x), float(at.y), str(layer))


_TOO_MANY = Text(
    en="{name} has more than {most} texts. Save only the layers of the parcels.",
    zh="{name}的文字超过 {most} 个。请只保存地块相关图层。",
)
