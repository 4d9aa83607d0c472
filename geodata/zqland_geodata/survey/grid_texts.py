"""What is said about the axes and grids of a survey TXT."""

from __future__ import annotations

from zqland.findings import Severity
from zqland.text import Text
from zqland_geodata.remarks import Rule

AXES_SWAPPED = Rule(
    "survey.axes_swapped",
    Severity.WARNING,
    Text(
        en="the easting (or longitude) stands before the northing (or latitude)",
        zh="东坐标（或经度）写在北坐标（或纬度）之前",
    ),
    Text(
        en="columns told apart by their range and swapped back",
        zh="已按数值范围区分并调换",
    ),
)
DEGREES = Rule(
    "survey.degrees",
    Severity.WARNING,
    Text(
        en="the coordinates are degrees; a survey delivers metres of a zone",
        zh="坐标为经纬度；勘测定界成果应为投影带内的米制坐标",
    ),
    Text(
        en="read as latitude and longitude, and brought to the home zone",
        zh="按经纬度读取并转换到本位带",
    ),
)
ZONE_FROM_EASTING = Rule(
    "survey.zone_from_easting",
    Severity.INFO,
    Text(
        en="no zone number (带号) is stated; the eastings begin with {number}",
        zh="未填带号；东坐标以 {number} 开头",
    ),
    Text(en="zone {number} is used", zh="采用第 {number} 带"),
)
ZONE_WRONG = Rule(
    "survey.zone_wrong",
    Severity.WARNING,
    Text(
        en="the stated zone number (带号) is not {number}, with which eastings begin",
        zh="所填带号与东坐标前缀 {number} 不符",
    ),
    Text(
        en="zone {number} of the coordinates is used",
        zh="按坐标采用第 {number} 带",
    ),
)
WIDTH_WRONG = Rule(
    "survey.zone_width_wrong",
    Severity.WARNING,
    Text(
        en="the stated width of zones (几度分带) contradicts zone {number}, which "
        "is one of {width} degrees",
        zh="所填几度分带与第 {number} 带不符，该带为 {width} 度带",
    ),
    Text(
        en="{width}-degree zone {number} is used", zh="采用 {width} 度带第 {number} 带"
    ),
)
NO_PREFIX = Rule(
    "survey.no_zone_prefix",
    Severity.INFO,
    Text(
        en="the eastings do not begin with the zone number",
        zh="东坐标未加带号",
    ),
    Text(en="the zone number was put in front", zh="已补加带号"),
)
ZONE_FROM_CITY = Rule(
    "survey.zone_from_city",
    Severity.WARNING,
    Text(
        en="no usable zone number is stated, nor one in the eastings; only in zone "
        "{number} do the points lie in Zhaoqing",
        zh="未填有效带号，东坐标也未加带号；仅按第 {number} 带时坐标位于肇庆市内",
    ),
    Text(
        en="zone {number} is used; ask for a file that states it",
        zh="采用第 {number} 带；请索取注明带号的文件",
    ),
)
ZONE_GIVEN = Rule(
    "survey.zone_given",
    Severity.WARNING,
    Text(
        en="the stated zone number is not the zone that was given when reading",
        zh="所填带号与读取时指定的投影带不符",
    ),
    Text(
        en="the given zone with central meridian {meridian}° is used",
        zh="采用指定的中央经线 {meridian}° 投影带",
    ),
)
ZONES_MIXED = Rule(
    "survey.zones_mixed",
    Severity.WARNING,
    Text(
        en="the parcels of one file are in several zones",
        zh="同一文件的地块分属多个投影带",
    ),
    Text(en="each is read in its own", zh="各按其所在投影带读取"),
)

NOT_IN_CHINA = Text(
    en="“{first}, {second}” is no northing and easting, and no latitude and longitude, "
    "in China. Correct the coordinates.",
    zh="“{first}, {second}”不是我国范围内的平面坐标，也不是经纬度。请更正坐标。",
)
ONE_NUMBER_TWICE = Text(
    en="“{first}” stands twice in place of northing and easting, and not in the last "
    "row under a ring number, where it would close the ring. Correct the coordinates.",
    zh="两列坐标均为“{first}”，且不是该圈号的末行，无法视为闭合行。请更正坐标。",
)
TWO_KINDS = Text(
    en="“{first}, {second}” has its columns in another order, or another unit, than "
    "the first point of the parcel. Write all points alike.",
    zh="“{first}, {second}”与该地块首个界址点的坐标顺序或单位不同。请统一。",
)
BOTH_UNITS = Text(
    en="some parcels are in metres and some in degrees. Put them in files of "
    "their own.",
    zh="部分地块为米制坐标，部分为经纬度。请分成两个文件。",
)
TWO_ZONES = Text(
    en="the easting begins with the zone number {found}, that of the parcel's first "
    "point with {usual}. Bring all points of a parcel to one zone.",
    zh="该点东坐标的带号为 {found}，而地块首个界址点为 {usual}。请统一到同一投影带。",
)
NO_SUCH_ZONE = Text(
    en="the easting begins with {number}; China has the 3-degree zones 25 to 45 and "
    "the 6-degree zones 13 to 23. Correct the coordinates.",
    zh="东坐标以 {number} 开头；我国三度带为 25–45 带，六度带为 13–23 带。请更正坐标。",
)
GIVEN_DIFFERS = Text(
    en="the easting begins with {number}, which is not the given zone with central "
    "meridian {given}°. Leave the reference system out, or give the right one.",
    zh="东坐标以 {number} 开头，与指定的中央经线 {given}° 投影带不符。"
    "请不指定坐标系，或改为正确的坐标系。",
)
NO_ZONE = Text(
    en="the easting has no zone number, none that is usable is stated (带号), and the "
    "place does not tell. State 带号, or give the reference system when reading "
    "(EPSG:4526 is zone 38).",
    zh="东坐标未加带号，也未填有效的带号，且无法由位置判断。请填写带号，"
    "或在读取时指定坐标系（EPSG:4526 为第 38 带）。",
)
OTHER_CITY_ZONE = Text(
    en="the easting has no zone number; in the stated zone {number} the points lie "
    "outside Zhaoqing, with central meridian {city}° inside. One of them is wrong: "
    "correct 带号, or give the reference system when reading.",
    zh="东坐标未加带号；按所填第 {number} 带坐标在肇庆市外，按中央经线 {city}° "
    "则在市内。请更正带号，或在读取时指定坐标系。",
)
WIDTH_AND_NUMBER = Text(
    en="the easting has no zone number, and 带号 {number} is no zone of the stated "
    "{degrees} degrees. Correct 带号 or 几度分带, or give the reference system when "
    "reading.",
    zh="东坐标未加带号，而带号 {number} 不是 {degrees} 度带的带号。请更正带号或"
    "几度分带，或在读取时指定坐标系。",
)
