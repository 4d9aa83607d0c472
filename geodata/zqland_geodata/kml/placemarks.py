"""Placemarks of a KML document, taken from the stream of its elements.

The document is never held as a tree: elements that mean nothing here pass by, so that
memory grows with the coordinates and values that are kept, and with nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from zqland.text import Text
from zqland_geodata.errors import FileUnreadableError
from zqland_geodata.kml import coordinates

if TYPE_CHECKING:
    from collections.abc import Callable

    from zqland_geodata.kml.coordinates import Floats
    from zqland_geodata.options import Limits

_ROOTS = ("kml", "Document", "Folder", "Placemark")
_PASSED_BY = {
    "Update", "Style", "StyleMap", "LookAt", "Camera", "Region", "OvAttr", "TimeStamp",
    "TimeSpan", "Model",
}  # fmt: skip
_HOLDERS = ("Data", "SchemaData")
_OVERLAYS = ("GroundOverlay", "ScreenOverlay", "PhotoOverlay")


@dataclass(slots=True)
class Container:
    """A document or folder.

    Attributes
    ----------
    kind
        ``Document`` or ``Folder``.
    parent
        The one around it, or ``None``.
    name
        Its name.
    system
        Its ``OvCoordType``, or ``""``.
    """

    kind: str
    parent: Container | None = None
    name: str = ""
    system: str = ""

    @property
    def line_up(self) -> list[Container]:
        """Give the containers around, the outermost first, and itself."""
        around: list[Container] = []
        holder: Container | None = self
        while holder is not None:
            around.append(holder)
            holder = holder.parent
        return around[::-1]


@dataclass(slots=True)
class Placemark:
    """One placemark.

    Attributes
    ----------
    place
        Where it stands.
    holder
        The document or folder that it is in.
    name
        Its name.
    description
        Its description, perhaps HTML.
    system
        Its own ``OvCoordType``, or ``""``.
    data
        Its further values by name.
    polygons
        Rings of each polygon, the outer one first, in degrees.
    lines
        Closed lines that stand outside polygons.
    others
        How many points and open lines it has.
    closed
        Whether a ring had to be closed.
    has_heights
        Whether it has heights other than zero.
    fault
        What could not be read of its shape, or ``""``.
    """

    place: str
    holder: Container
    name: str = ""
    description: str = ""
    system: str = ""
    data: dict[str, str] = field(default_factory=dict)
    polygons: list[list[Floats]] = field(default_factory=list)
    lines: list[Floats] = field(default_factory=list)
    others: int = 0
    closed: bool = False
    has_heights: bool = False
    fault: str = ""


class Collector:
    """Collect the placemarks from the elements of a document, as they come.

    Parameters
    ----------
    name
        Name of the file, for messages.
    limits
        Depth, points and records.
    line
        Gives the number of the current line.

    Attributes
    ----------
    placemarks
        What was collected.
    links
        Addresses of network links.
    overlays
        How many pictures lie over the map.
    seen
        How many elements and pieces of text came by.
    """

    def __init__(self, name: str, limits: Limits, line: Callable[[], int]) -> None:
        self.name = name
        self.limits = limits
        self.placemarks: list[Placemark] = []
        self.links: list[str] = []
        self.overlays = 0
        self.seen = 0
        self._line = line
        self._points = 0
        self._stack: list[str] = []
        self._passing = 0
        self._holder = Container("Document")
        self._placemark: Placemark | None = None
        self._polygon: list[Floats] | None = None
        self._outer = False
        self._key = ""
        self._words: list[str] | None = None
        self._captured = 0
        self._begin = {
            "Document": self._enter,
            "Folder": self._enter,
            "Placemark": self._begin_placemark,
            "Polygon": self._begin_polygon,
            "Data": self._begin_value,
            "SimpleData": self._begin_value,
            "Track": self._other,
        } | dict.fromkeys(_OVERLAYS, self._overlay)
        self._finish: dict[str, Callable[[str], None]] = {
            "Document": self._leave,
            "Folder": self._leave,
            "Placemark": self._end_placemark,
            "Polygon": self._end_polygon,
            "coordinates": self._end_coordinates,
            "name": self._end_name,
            "description": self._end_description,
            "OvCoordType": self._end_system,
            "value": self._end_value,
            "SimpleData": self._end_value,
            "href": self._end_link,
        }

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the start of an element.

        Parameters
        ----------
        tag
            Its name, with the name space in braces.
        attributes
            Its attributes.
        """
        self.seen += 1
        local = tag.rpartition("}")[2]
        if not self._stack and local not in _ROOTS:
            raise FileUnreadableError(_NO_KML.format(name=self.name, root=local[:40]))
        self._stack.append(local)
        depth = len(self._stack)
        if depth > self.limits.depth:
            raise FileUnreadableError(
                _TOO_DEEP.format(name=self.name, most=self.limits.depth)
            )
        if self._passing:
            return
        if self._words is not None:
            self._words.append(f"<{local}>")
        elif local in _PASSED_BY:
            self._passing = depth
        else:
            if local in self._begin:
                self._begin[local](attributes)
            if self._is_wanted(local):
                self._words, self._captured = [], depth

    def data(self, text: str) -> None:
        """Take a piece of text."""
        self.seen += 1
        if self._words is not None and not self._passing:
            self._words.append(text)

    def end(self, tag: str) -> None:
        """Take the end of an element.

        Parameters
        ----------
        tag
            Its name, with the name space in braces.
        """
        del tag
        depth = len(self._stack)
        local = self._stack.pop()
        if self._passing:
            self._passing = 0 if self._passing == depth else self._passing
            return
        words = ""
        if self._words is not None:
            if depth > self._captured:
                self._words.append(f"</{local}>")
                return
            words, self._words = "".join(self._words), None
        if local in self._finish:
            self._finish[local](words)
        elif self._stack[-1:] == ["ExtendedData"] and local not in _HOLDERS:
            self._keep(local, words)

    def close(self) -> None:
        """Take the end of the document."""

    def _is_wanted(self, local: str) -> bool:
        """Tell whether the text of an element is kept."""
        around = self._stack[-2] if len(self._stack) > 1 else ""
        if local in {"coordinates", "OvCoordType", "SimpleData"}:
            return True
        if local == "name":
            return around in {"Document", "Folder", "Placemark"}
        if around == "ExtendedData":
            return local not in _HOLDERS
        return (local, around) in {
            ("description", "Placemark"),
            ("value", "Data"),
        } or (local == "href" and "NetworkLink" in self._stack)

    def _enter(self, _: dict[str, str]) -> None:
        self._holder = Container(self._stack[-1], self._holder)

    def _leave(self, _: str) -> None:
        self._holder = self._holder.parent or self._holder

    def _begin_placemark(self, _: dict[str, str]) -> None:
        if len(self.placemarks) >= self.limits.records:
            raise FileUnreadableError(
                _TOO_MANY.format(name=self.name, most=self.limits.records)
            )
        self._placemark = Placemark(f"line {self._line()}", self._holder)
        self.placemarks.append(self._placemark)

    def _end_placemark(self, _: str) -> None:
        self._placemark = None

    def _begin_polygon(self, _: dict[str, str]) -> None:
        self._polygon = []
        self._outer = False

    def _end_polygon(self, _: str) -> None:
        if self._placemark is not None and self._polygon is not None:
            if self._outer:
                self._placemark.polygons.append(self._polygon)
            elif not self._placemark.fault:
                self._placemark.fault = "outerBoundaryIs"
        self._polygon = None

    def _begin_value(self, attributes: dict[str, str]) -> None:
        self._key = attributes.get("name", "").strip()

    def _other(self, _: dict[str, str]) -> None:
        if self._placemark is not None:
            self._placemark.others += 1

    def _overlay(self, _: dict[str, str]) -> None:
        self.overlays += 1

    def _end_name(self, words: str) -> None:
        if self._stack and self._stack[-1] == "Placemark" and self._placemark:
            self._placemark.name = words.strip()
        elif self._stack and self._stack[-1] in {"Document", "Folder"}:
            self._holder.name = words.strip()

    def _end_description(self, words: str) -> None:
        if self._placemark is not None and self._stack[-1] == "Placemark":
            self._placemark.description = words.strip()

    def _end_system(self, words: str) -> None:
        holder = self._holder if self._placemark is None else self._placemark
        holder.system = words.strip()

    def _end_value(self, words: str) -> None:
        self._keep(self._key, words)

    def _keep(self, key: str, words: str) -> None:
        if self._placemark is None or not key:
            return
        before, value = self._placemark.data.get(key, ""), words.strip()
        joined = f"{before};{value}" if before and value != before else value
        self._placemark.data[key] = joined

    def _end_link(self, words: str) -> None:
        if "NetworkLink" in self._stack:
            self.links.append(words.strip())

    def _end_coordinates(self, words: str) -> None:
        mark = self._placemark
        if mark is None:
            return
        try:
            points, has_heights = coordinates.parse(words)
        except ValueError:
            mark.fault = mark.fault or " ".join(words.split())
            return
        self._points += len(points)
        if self._points > self.limits.points:
            raise FileUnreadableError(
                _TOO_LONG.format(name=self.name, most=self.limits.points)
            )
        mark.has_heights |= has_heights
        if self._polygon is None:
            self._take_line(mark, points)
        else:
            self._take_ring(mark, points)

    def _take_line(self, mark: Placemark, points: Floats) -> None:
        is_ring = self._stack[-1] == "LinearRing"
        ring, was_open = coordinates.closed(points)
        if len(ring) >= coordinates.FEWEST and (is_ring or not was_open):
            mark.lines.append(ring)
            mark.closed |= was_open
        else:
            mark.others += 1

    def _take_ring(self, mark: Placemark, points: Floats) -> None:
        ring, was_open = coordinates.closed(points)
        if len(ring) < coordinates.FEWEST:
            mark.fault = mark.fault or f"{len(points)} × LinearRing point"
            return
        mark.closed |= was_open
        assert self._polygon is not None  # noqa: S101 - the caller has looked
        if "innerBoundaryIs" in self._stack:
            self._polygon.append(ring)
        elif self._outer:
            mark.fault = mark.fault or "2 × outerBoundaryIs"
        else:
            self._outer = True
            self._polygon.insert(0, ring)


_NO_KML = Text(
    en="{name} is no KML: it begins with “{root}”. Export it as KML.",
    zh="{name}不是 KML 文件（根元素为“{root}”）。请按 KML 格式导出。",
)
_TOO_DEEP = Text(
    en="{name} nests elements more than {most} deep; it is refused. Export it again.",
    zh="{name}的元素嵌套超过 {most} 层，拒绝读取。请重新导出。",
)
_TOO_MANY = Text(
    en="{name} has more than {most} placemarks. Split it.",
    zh="{name}的地标超过 {most} 个。请拆分。",
)
_TOO_LONG = Text(
    en="{name} has more than {most} points. Split it.",
    zh="{name}的坐标点超过 {most} 个。请拆分。",
)
