"""The words of the desk's pages."""

from __future__ import annotations

from zqland.text import Language, Text

PAGE_TEXTS: dict[str, Text] = {
    # every page
    "product": Text(en="Industrial land desk", zh="工业用地储备台"),
    "home": Text(en="Start", zh="首页"),
    "map": Text(en="Map", zh="地图"),
    "match": Text(en="Match a project", zh="项目找地"),
    "acreage": Text(en="Acreage", zh="亩数台账"),
    "other_language": Text(en="中文", zh="English"),
    "skip": Text(en="Skip to the content", zh="跳到正文"),
    "as_of": Text(en="As of", zh="截至"),
    "show": Text(en="Show", zh="查看"),
    "internal": Text(
        en="For internal use. Not an official map or a decision on supply.",
        zh="内部使用，不作为正式地图或供地依据。",
    ),
    "data": Text(en="Data for programs (OpenAPI)", zh="数据接口（OpenAPI）"),
    "notes": Text(en="What was assumed", zh="说明"),
    "yearbook": Text(
        en="Save the books of {year} as a workbook (.xlsx)",
        zh="下载 {year} 年度台账工作簿（.xlsx）",
    ),
    # start
    "start_title": Text(en="Land that waits for projects", zh="地等项目"),
    "start_lead": Text(
        en="Every parcel with its readiness on a day, and the ground that fits each "
        "project.",
        zh="每宗地在任一日期的熟化程度，以及适合每个项目的用地。",
    ),
    "door_map": Text(
        en="Parcels by stage, what each still lacks, search and layers.",
        zh="按阶段查看地块、尚缺事项，可检索、可分层。",
    ),
    "door_match": Text(
        en="Enter what a project needs and see where it could stand, and why.",
        zh="填写项目需求，查看可落地的地块及理由。",
    ),
    "door_acreage": Text(
        en="Mature and standard land against the year's targets, park by park.",
        zh="熟地、标准地完成情况与年度目标，分园区统计。",
    ),
    "parcels": Text(en="parcels", zh="宗地块"),
    "free_parcels": Text(en="free parcels", zh="宗可供地块"),
    "projects": Text(en="projects", zh="个项目"),
    "free_area": Text(en="free land", zh="可供面积"),
    "project_lookup": Text(en="A project on the list", zh="清单中的项目"),
    "project_lookup_hint": Text(
        en="Number or name of the project", zh="项目编号或名称"
    ),
    "usable": Text(en="Usable", zh="可用面积"),
    "usable_free": Text(en="of it usable", zh="其中可用"),
    "usable_value": Text(en="usable {area}", zh="可用 {area}"),
    "usable_lead": Text(
        en="Usable is the ground without what constraint layers forbid or deduct: "
        "{layers}.",
        zh="可用面积为扣除约束图层中禁止、扣除部分后的面积：{layers}。",
    ),
    "usable_lacking": Text(
        en="Of {count} parcels the usable part is not known on this basis and is in "
        "no usable total; measured in the plane it is {area}.",
        zh="有 {count} 宗地块按此口径的可用部分不明，未计入可用合计；"
        "其平面可用面积为 {area}。",
    ),
    "constraints": Text(en="Constraints", zh="约束"),
    # form
    "need": Text(en="What the project needs", zh="项目需求"),
    "area": Text(en="Area", zh="用地面积"),
    "area_ideal": Text(en="Ideal", zh="需求"),
    "area_min": Text(en="At least", zh="最小"),
    "area_max": Text(en="At most", zh="最大"),
    "area_hint": Text(
        en="One figure is enough: it becomes a window of −{below} % to +{above} %.",
        zh="只填一个数即可：按 −{below} % 至 +{above} % 取区间。",
    ),
    "unit": Text(en="Unit", zh="单位"),
    "basis": Text(en="Area method", zh="面积口径"),
    "needed_by": Text(en="Ground in hand by", zh="交地期限"),
    "predicate": Text(en="Readiness at hand-over", zh="交地条件"),
    "land_class": Text(en="Class of land", zh="用地类别"),
    "sector": Text(en="Sector", zh="行业"),
    "any": Text(en="any", zh="不限"),
    "utilities": Text(en="Utilities", zh="配套需求"),
    "power_mva": Text(en="Power, MVA", zh="供电（MVA）"),
    "water_m3_per_day": Text(en="Water, m³ a day", zh="供水（m³/日）"),
    "gas_m3_per_hour": Text(en="Gas, m³ an hour", zh="天然气（m³/时）"),
    "steam_t_per_hour": Text(en="Steam, t an hour", zh="蒸汽（t/时）"),
    "sewage_m3_per_day": Text(en="Sewage, m³ a day", zh="污水（m³/日）"),
    "promise": Text(en="What it promises", zh="承诺指标"),
    "fixed_investment_wan": Text(
        en="Fixed investment, 10,000 yuan", zh="固定资产投资（万元）"
    ),
    "tax_wan_per_year": Text(en="Tax a year, 10,000 yuan", zh="年税收（万元）"),
    "exception_reason": Text(en="Exception, with its reason", zh="一事一议理由"),
    "parks": Text(en="Parks", zh="园区"),
    "preferred_parks": Text(en="Preferred", zh="意向园区"),
    "excluded_parks": Text(en="Excluded", zh="排除园区"),
    "find": Text(en="Find ground", zh="查找用地"),
    "clear_form": Text(en="Clear", zh="清空"),
    "form_faults": Text(en="Please correct:", zh="请更正："),
    "match_lead": Text(
        en="Only the area is required. Nothing is stored, nothing is promised: a match "
        "is an intention, never an allotment.",
        zh="只有面积必填。不保存、不承诺：匹配仅为意向，不构成供地。",
    ),
    # answer
    "fit_count": Text(
        en="{fit} of {free} free parcels fit",
        zh="{free} 宗可供地块中，{fit} 宗适合",
    ),
    "none_fit": Text(
        en="None of the {free} free parcels fits",
        zh="{free} 宗可供地块中，暂无适合的地块",
    ),
    "shown_first": Text(en="the best {shown} are listed", zh="列出前 {shown} 宗"),
    "window": Text(en="Asked for", zh="需求"),
    "on_map": Text(en="See them on the map", zh="在地图上查看"),
    "funnel": Text(en="How the others fell away", zh="逐项筛选"),
    "left": Text(en="left", zh="余"),
    "ranked": Text(en="Where it could stand", zh="适合的地块"),
    "near": Text(en="Nearly: one condition short", zh="差一点：仅一项不满足"),
    "near_none": Text(
        en="No parcel fails by one condition only.", zh="没有仅差一项的地块。"
    ),
    "parcel": Text(en="Parcel", zh="地块"),
    "park": Text(en="Park", zh="园区"),
    "score": Text(en="Score", zh="得分"),
    "handover": Text(en="Hand-over", zh="可交地"),
    "why": Text(en="Why", zh="理由"),
    "parts": Text(en="All reasons and the parts of the score", zh="全部理由与得分构成"),
    "how": Text(en="How ground is found", zh="如何找地"),
    "how_conditions": Text(
        en="A parcel that is one of these is out, in this order:",
        zh="地块有下列情形之一即排除，依次筛选：",
    ),
    "how_parts": Text(
        en="What is left is ranked by a score of 100 points:",
        zh="其余地块按 100 分制排序：",
    ),
    "how_lead_time": Text(
        en="In time means hand-over: {days} days of listing and contract after the "
        "ground is ready.",
        zh="“按期”指交地：达到条件后另计挂牌、签约 {days} 天。",
    ),
    "how_source": Text(
        en="All of this stands in the rule file matching.toml, with a source for each "
        "entry.",
        zh="以上规则见 matching.toml，每条注明依据，可按本地规定修改。",
    ),
    "usual": Text(en="usual: {predicate}", zh="默认：{predicate}"),
    "indicators": Text(en="Indicators", zh="控制指标"),
    "relaxation": Text(en="What would admit it", zh="放宽条件"),
    "weight": Text(en="weight", zh="权重"),
    # acreage
    "acreage_lead": Text(
        en="Mature and standard land are two ledgers; they are never added.",
        zh="熟地与标准地为两本台账，不得相加。",
    ),
    "targets": Text(en="Against the targets of {year}", zh="{year} 年目标完成情况"),
    "no_targets": Text(
        en="There are no targets for {year}.", zh="{year} 年没有目标数据。"
    ),
    "done": Text(en="done", zh="已完成"),
    "target": Text(en="target", zh="目标"),
    "pace": Text(en="even pace", zh="时序进度"),
    "other_bases": Text(en="On other area methods", zh="其他面积口径"),
    "stock": Text(en="Stock by park", zh="分园区存量"),
    "stock_lead": Text(
        en="Parcels that meet each condition on the day, whatever their status; "
        "{basis}, {unit}.",
        zh="当日满足各条件的地块，不分状态；{basis}，单位：{unit}。",
    ),
    "months": Text(
        en="First reached since 1 January {year}, month by month",
        zh="{year} 年累计首次达到（逐月）",
    ),
    "month": Text(en="Month", zh="月份"),
    "total": Text(en="All", zh="合计"),
    "count": Text(en="Parcels", zh="地块数"),
    "lacking_one": Text(
        en="One parcel has no area on this method and is not in these figures "
        "({area} planar).",
        zh="1 宗地块缺少该口径面积，未计入（平面面积 {area}）。",
    ),
    "lacking": Text(
        en="{count} parcels have no area on this method and are not in these figures "
        "({area} planar).",
        zh="{count} 宗地块缺少该口径面积，未计入（平面面积 {area}）。",
    ),
    # check
    "check": Text(en="Check a file", zh="检查文件"),
    "door_check": Text(
        en="Send a file and get the list of its faults, or a copy with them marked.",
        zh="上传文件，列出问题清单，或下载标注了问题的副本。",
    ),
    "check_lead": Text(
        en="The file is read, checked and forgotten: nothing is stored or changed.",
        zh="文件仅供读取与检查，不保存、不改动。",
    ),
    "check_file": Text(en="File", zh="文件"),
    "check_kind": Text(en="What it holds", zh="内容"),
    "check_crs": Text(en="EPSG code, if not stated", zh="坐标系代码（未注明时）"),
    "check_as_of": Text(en="As-of day of evidence", zh="佐证表截至日期"),
    "check_help": Text(
        en="EPSG code: for files without a reference system, such as drawings; "
        "CGCS2000 in 3-degree zone 38 is 4526, in zone 37 4525. As-of day: for "
        "evidence that says yes without a date.",
        zh="坐标系代码：用于图纸等未注明坐标系的文件；2000国家大地坐标系3度带第38带为 "
        "4526，第37带为 4525。截至日期：用于只写“是”而无日期的佐证表。",
    ),
    "check_now": Text(en="Check", zh="检查"),
    "check_marked": Text(en="Save marked copy", zh="下载标注副本"),
    "check_records": Text(en="records", zh="条记录"),
    "check_errors": Text(en="errors", zh="个错误"),
    "check_warnings": Text(en="warnings", zh="个警告"),
    "check_notes": Text(en="notes", zh="条提示"),
    "check_severity": Text(en="Severity", zh="程度"),
    "check_where": Text(en="Where", zh="位置"),
    "check_field": Text(en="Field", zh="字段"),
    "check_found": Text(en="Found", zh="发现的值"),
    "check_message": Text(en="What is wrong", zh="问题"),
    "check_action": Text(en="What was done or helps", zh="处理"),
    "check_more": Text(
        en="{count} more are in the marked copy.", zh="另有 {count} 条，见标注副本。"
    ),
    "check_clean": Text(en="Nothing was found.", zh="未发现问题。"),
    # faults
    "fault_title": Text(en="This page cannot be shown", zh="无法显示此页"),
}
"""Sentences by their key in the templates."""


def in_language(language: Language) -> dict[str, str]:
    """Return all words of the pages in one language."""
    return {key: text.in_language(language) for key, text in PAGE_TEXTS.items()}
