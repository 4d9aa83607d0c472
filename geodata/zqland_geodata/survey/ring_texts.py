"""What is said about the rings of a survey TXT."""

from __future__ import annotations

from zqland.findings import Severity
from zqland.text import Text
from zqland_geodata.remarks import Rule

CLOSING_NUMBER = Rule(
    "survey.closing_ring_number",
    Severity.INFO,
    Text(
        en="the closing row of a ring has the number of another ring",
        zh="闭合行的圈号与本圈不同",
    ),
    Text(
        en="taken as closing row, for it is the ring's first point",
        zh="因与本圈首点相同，按闭合行处理",
    ),
)
CLOSING_CORRUPT = Rule(
    "survey.closing_corrupt",
    Severity.WARNING,
    Text(
        en="the closing row after this point holds one number of the ring's first "
        "point twice",
        zh="该点之后的闭合行把首点的一个坐标写了两次",
    ),
    Text(
        en="taken as closing row; correct it in the source",
        zh="按闭合行处理；请更正来源文件",
    ),
)
NOT_CLOSED = Rule(
    "survey.not_closed",
    Severity.WARNING,
    Text(
        en="the ring ends without the row that closes it",
        zh="地块圈末尾缺少闭合行",
    ),
    Text(
        en="closed from its last to its first point; check that no row is missing",
        zh="已由末点闭合到首点；请核对是否缺行",
    ),
)
REPEATED_POINT = Rule(
    "survey.point_repeated",
    Severity.INFO,
    Text(
        en="a point stands twice in succession",
        zh="界址点连续重复",
    ),
    Text(en="left out once; the shape is the same", zh="略去重复点，图形不变"),
)
SHELL_NUMBER = Rule(
    "survey.ring_not_hole",
    Severity.INFO,
    Text(
        en="a ring that is not numbered 1 lies outside the others",
        zh="圈号不是 1 的圈位于其他圈之外",
    ),
    Text(en="read as a part of the parcel", zh="按地块的一个部分读取"),
)
HOLE_NUMBER = Rule(
    "survey.ring_not_shell",
    Severity.INFO,
    Text(
        en="a ring that is numbered 1 lies inside another",
        zh="圈号为 1 的圈位于另一圈之内",
    ),
    Text(en="read as a hole", zh="按扣除部分读取"),
)
NUMBER_REPEATED = Rule(
    "survey.ring_number_repeated",
    Severity.INFO,
    Text(
        en="several rings of one parcel have the same number",
        zh="同一地块有多圈圈号相同",
    ),
    Text(
        en="told apart by where they close and change",
        zh="按闭合与圈号变化区分",
    ),
)

FEW_POINTS = Text(
    en="point {name}: a ring of fewer than three points begins here. Add the missing "
    "points or take it out.",
    zh="界址点 {name}：此处开始的圈不足三点。请补充或删去。",
)
TWO_STARTS = Text(
    en="point {name} is the first of the open ring above, under another ring number; "
    "whether it closes that ring or begins the next cannot be decided. Close both.",
    zh="界址点 {name} 与上一未闭合圈的首点相同而圈号不同，无法判断是上一圈的闭合行"
    "还是下一圈的首点。请补全两圈的闭合行。",
)
OPEN_AFTER_CLOSED = Text(
    en="point {name}: after a closed ring another follows under the same ring number "
    "and does not close. Number the rings, or close it.",
    zh="界址点 {name}：同一圈号下，在闭合的圈之后又有未闭合的圈。"
    "请分别编圈号，或使其闭合。",
)
CORRUPT_OTHER = Text(
    en="the row after point {name} holds {number} twice, which is no number of the "
    "ring's first point. Correct the row.",
    zh="界址点 {name} 之后一行两列均为 {number}，不是本圈首点的坐标。请更正。",
)
ENDS_DIFFER = Text(
    en="point {name} has the name of the ring's first point and lies {gap} m from it. "
    "Correct its coordinates, or its name if the ring is left open.",
    zh="界址点 {name} 与本圈首点同名，但相距 {gap} 米。请更正坐标；"
    "若本圈未写闭合行，请更正点号。",
)
NEARLY_CLOSED = Text(
    en="the ring ends at point {name}, {gap} m from its first point; whether that is a "
    "wrong closing row or a corner cannot be decided. Correct or close it.",
    zh="本圈末点 {name} 与首点相距 {gap} 米，无法判断是闭合行有误还是另一界址点。"
    "请更正或补闭合行。",
)
NAME_AGAIN = Text(
    en="the name {name} stands again in a ring that does not close; it may be two "
    "rings. Number the rings, or close them.",
    zh="未闭合的圈内点号 {name} 重复出现，可能是两圈。请分别编圈号，或使各圈闭合。",
)
OPEN_CROSSING = Text(
    en="the ring that begins at point {name} does not close, and closed from its last "
    "point it would cross itself; it may be two rings. Close every ring.",
    zh="自界址点 {name} 开始的圈未闭合，且由末点闭合后自相交，"
    "可能是两圈。请补全闭合行。",
)
CROSSING = Text(
    en="the ring that begins here lies partly inside and partly outside another ring "
    "of the parcel, so that it is neither a part nor a hole. Correct the coordinates.",
    zh="此处开始的圈与同一地块的另一圈部分重叠，既不是独立部分也不是扣除部分。请更正坐标。",
)
RING_TWICE = Text(
    en="the ring that begins here is the same as another ring of the parcel. Take one "
    "of them out.",
    zh="此处开始的圈与同一地块的另一圈相同。请删去其中之一。",
)
NO_AREA = Text(
    en="the ring that begins here has no area, so that it is neither a part nor a "
    "hole. Correct its points or take it out.",
    zh="此处开始的圈面积为零，既不是独立部分也不是扣除部分。请更正或删去。",
)
MANY_RINGS = Text(
    en="the parcel has {count} rings; up to {most} are read. Divide the parcel.",
    zh="该地块有 {count} 圈，最多读取 {most} 圈。请拆分地块。",
)
