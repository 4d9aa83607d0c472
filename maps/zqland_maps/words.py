"""The words of the pages, in both languages."""

from __future__ import annotations

from zqland.areas import Method
from zqland.text import Language, Text

RESERVE_TITLE = Text(en="Industrial land reserve", zh="工业用地储备图")
MATCH_TITLE = Text(en="Ground for a project", zh="项目用地匹配图")
RESERVE_SUBTITLE = Text(
    en="As of {on} · {count} parcels · {area}", zh="截至 {on} · {count} 宗 · {area}"
)
MATCH_SUBTITLE = Text(
    en="As of {on} · {count} lots fit", zh="截至 {on} · 符合条件 {count} 宗"
)
MATCH_SUBTITLE_ONE = Text(
    en="As of {on} · {count} lot fits", zh="截至 {on} · 符合条件 {count} 宗"
)
FICTIONAL = Text(
    en="Demonstration: all parcels and projects are fictional.",
    zh="演示数据：地块与项目均为虚构。",
)
PROVENANCE = Text(
    en="Areas: {basis} · as of {on} · rules {hash}",
    zh="面积口径：{basis} · 截至 {on} · 规则 {hash}",
)
INTERNAL = Text(en="Internal, not an official map.", zh="内部资料，非正式地图。")
NOT_OFFICIAL = Text(en="Not an official map.", zh="非正式地图。")
DISTRICTS = Text(
    en="Districts for orientation only.",
    zh="区县界线仅供参考。",
)
LACKING = Text(
    en="{count} parcels have no {basis} area and are not in these totals "
    "({area} planar).",
    zh="另有 {count} 宗缺少{basis}，未计入（平面面积 {area}）。",
)
USABLE = Text(en="usable {area}", zh="可用 {area}")
USABLE_LACKING = Text(
    en="The usable part of the {basis} area of {count} parcels is not known and in no "
    "usable total ({area} planar).",
    zh="有 {count} 宗的{basis}中可用部分不明，未计入可用合计（平面可用面积 {area}）。",
)
INTENTION = Text(
    en="A match is an intention, not an allotment of land.",
    zh="匹配结果为意向参考，不构成供地承诺。",
)
PROGRESS = Text(
    en="{year}: {done} of {target} ({share} %)",
    zh="{year} 年：{done} / {target}（{share} %）",
)
NO_NAME = Text(en="Project", zh="项目")

METHOD_TEXTS = {
    Method.PLANAR: Text(en="planar", zh="平面面积"),
    Method.ELLIPSOID: Text(en="ellipsoid", zh="椭球面积"),
    Method.ELLIPSOID_OFFICIAL: Text(en="ellipsoid, land survey", zh="图斑椭球面积"),
    Method.GEODESIC: Text(en="geodesic", zh="测地线面积"),
    Method.DECLARED: Text(en="declared", zh="批准面积"),
}
"""Short names of the area methods."""

CAPACITY_UNITS = {
    "power_mva": Text(en="MVA", zh="MVA"),
    "water_m3_per_day": Text(en="m³/day", zh="m³/日"),
    "gas_m3_per_hour": Text(en="m³/h", zh="m³/时"),
    "steam_t_per_hour": Text(en="t/h", zh="吨/时"),
    "sewage_m3_per_day": Text(en="m³/day", zh="m³/日"),
}
"""Units of the capacities, by column."""

_PAGE = {
    "all": Text(en="all", zh="全选"),
    "areas": Text(en="Areas", zh="面积"),
    "close": Text(en="Close", zh="关闭"),
    "col_area": Text(en="Area", zh="面积"),
    "col_give": Text(en="What would admit it", zh="放宽条件"),
    "col_lot": Text(en="Lot", zh="地块"),
    "col_plan": Text(en="Plan", zh="示意"),
    "col_rank": Text(en="No.", zh="序号"),
    "col_ready": Text(en="In hand", zh="交地"),
    "col_why": Text(en="Why it fits", zh="推荐理由"),
    "col_total": Text(en="total", zh="总面积"),
    "col_usable": Text(en="usable", zh="可用面积"),
    "comma": Text(en=", ", zh="、"),
    "constraint_line": Text(en="{area} ({share} %)", zh="{area}（{share}%）"),
    "constraint_none": Text(en="none of the layers", zh="不涉及约束图层"),
    "constraints": Text(en="Constraint layers", zh="约束图层"),
    "expected_on": Text(en="expected {date}", zh="预计 {date}"),
    "first_reached_on": Text(en="first {date}", zh="首次 {date}"),
    "fits": Text(en="Fits", zh="符合条件"),
    "fits_score": Text(en="Fits · score {score}", zh="符合条件 · 得分 {score}"),
    "free_parcels": Text(en="{count} free parcels", zh="可供地块 {count} 宗"),
    "free_solid": Text(en="free", zh="可供"),
    "funnel": Text(en="How the choice narrows", zh="筛选过程"),
    "ground": Text(en="Ground", zh="土地"),
    "land_class": Text(en="Planned class", zh="规划用地类别"),
    "lapsed": Text(en="held before, first {date}", zh="曾于 {date} 首次达到，现已失效"),
    "ledgers": Text(en="Ledgers by condition", zh="分项台账"),
    "ledgers_note": Text(
        en="All parcels shown, whatever their status. Each condition is counted by "
        "itself; mature and standard land are never added up.",
        zh="含图中各种状态的地块。各项条件分别计账，熟地与标准地不得相加。",
    ),
    "legend": Text(en="Stages", zh="成熟度"),
    "lots": Text(en="Ranked lots ({count})", zh="推荐地块（{count}）"),
    "lots_here": Text(en="Lots {ranks}", zh="推荐地块 {ranks}"),
    "missing": Text(en="missing: {items}", zh="尚缺：{items}"),
    "more_lots": Text(
        en="{count} more lots in the page on the screen.",
        zh="另有 {count} 宗，见电子版。",
    ),
    "near": Text(en="Near misses ({count})", zh="相近地块（{count}）"),
    "near_miss": Text(en="Near miss", zh="相近地块"),
    "near_note": Text(
        en="One condition keeps them out; this would admit them:",
        zh="仅一项条件不符，放宽如下即可：",
    ),
    "near_short": Text(en="Near misses", zh="相近地块"),
    "need": Text(en="What it needs", zh="用地需求"),
    "no_lots": Text(
        en="No free parcel meets every condition.", zh="没有可供地块满足全部条件。"
    ),
    "no_park": Text(en="outside the parks", zh="园区外"),
    "no_utilities": Text(en="none connected yet", zh="尚未接通"),
    "none": Text(en="none", zh="全不选"),
    "not_planned": Text(en="no date planned", zh="尚无计划日期"),
    "nothing_found": Text(en="nothing found", zh="没有找到"),
    "only_free": Text(en="Only free ground", zh="只看可供地块"),
    "panel": Text(en="Legend and layers", zh="图例与图层"),
    "panel_match": Text(en="Project and lots", zh="项目与地块"),
    "parcels_short": Text(en="{count}", zh="{count} 宗"),
    "parks": Text(en="Parks", zh="园区"),
    "parks_joined": Text(en="{count} parks", zh="{count} 个园区"),
    "price": Text(en="Asking price", zh="出让起始价"),
    "price_value": Text(en="{price} ×10⁴ yuan/mu", zh="{price} 万元/亩"),
    "print": Text(en="Print A4", zh="打印 A4"),
    "reached": Text(en="reached", zh="已达到"),
    "reached_on": Text(en="since {date}", zh="{date} 达到"),
    "readiness": Text(en="Readiness", zh="成熟度与时间"),
    "score": Text(en="Score", zh="得分"),
    "score_value": Text(en="score {score}", zh="得分 {score}"),
    "search": Text(en="Find a parcel or park", zh="搜索地块或园区"),
    "set_reached": Text(en="Reached: {set}", zh="已达：{set}"),
    "stamp": Text(en="Internal, not an official map", zh="内部资料，非正式地图"),
    "status_since": Text(en="{status} since {date}", zh="{status}（{date} 起）"),
    "status_unknown": Text(en="status unknown", zh="状态不明"),
    "stop": Text(en="; ", zh="；"),
    "taken_pale": Text(en="planned, listed, supplied …", zh="计划、挂牌、已供等"),
    "usable": Text(en="usable {area}", zh="可用 {area}"),
    "utilities": Text(en="Utilities", zh="配套设施"),
    "whole": Text(en="Show everything", zh="显示全部"),
    "zoom_in": Text(en="Zoom in", zh="放大"),
    "zoom_out": Text(en="Zoom out", zh="缩小"),
}

NEED_TEXTS = {
    "area": Text(en="Area", zh="用地面积"),
    "area_value": Text(
        en="{low} – {high}, best {ideal}", zh="{low} – {high}（宜 {ideal}）"
    ),
    "predicate": Text(en="Condition", zh="用地条件"),
    "needed_by": Text(en="In hand by", zh="交地期限"),
    "utilities": Text(en="Utilities", zh="配套要求"),
    "land_class": Text(en="Class", zh="用地类别"),
    "sector": Text(en="Sector", zh="行业"),
    "fixed_investment_wan": Text(en="Fixed investment", zh="固定资产投资"),
    "investment_wan": Text(
        en="Total investment, for want of the fixed",
        zh="总投资（代固定资产投资）",
    ),
    "tax_wan_per_year": Text(en="Tax a year", zh="年税收"),
    "wan": Text(en="{millions} million yuan", zh="{value} 万元"),
    "exception": Text(en="Exception", zh="一事一议"),
    "hand_over": Text(en="in hand {date}", zh="{date} 交地"),
}
"""Words of a project's need."""

UTILITY_TEXTS = {
    "power_mva": Text(en="power", zh="电"),
    "water_m3_per_day": Text(en="water", zh="水"),
    "gas_m3_per_hour": Text(en="gas", zh="气"),
    "steam_t_per_hour": Text(en="steam", zh="汽"),
    "sewage_m3_per_day": Text(en="sewage", zh="污水"),
}
"""Short names of the utilities that a need has amounts of."""


def page_words(language: Language | str, *, public: bool) -> dict[str, str]:
    """Return the words that the script needs, in one language.

    Parameters
    ----------
    language
        The language.
    public
        For readers outside the office: the stamp does not say "internal".

    Returns
    -------
    words
        By name.
    """
    words = {name: text.in_language(language) for name, text in _PAGE.items()}
    if public:
        words["stamp"] = NOT_OFFICIAL.in_language(language).rstrip(".。")
    return words
