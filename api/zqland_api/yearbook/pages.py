"""The sheets of a yearbook in their order, and what each of them says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from zqland.text import Text
from zqland_api.yearbook.approval_sheets import (
    add_approvals,
    add_quotas,
    add_steps,
)
from zqland_api.yearbook.book_sheets import (
    add_balance,
    add_bases,
    add_flows,
    add_parks,
)
from zqland_api.yearbook.draft import Draft
from zqland_api.yearbook.idle_sheets import add_idle, add_unsupplied
from zqland_api.yearbook.lists import Lists
from zqland_api.yearbook.plan_sheets import add_forecast, add_targets
from zqland_api.yearbook.supply_sheets import add_holds, add_supplied
from zqland_geodata.workbook.cells import Block
from zqland_geodata.workbook.form import Sheet

Filler = Callable[[Draft, Sheet, Lists], Block | None]


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet of the yearbook.

    Attributes
    ----------
    name
        Name on the tab, and its title.
    line
        What it shows.
    fill
        Fills it; none for the lists, which are filled before all others. A sheet that
        proves the books gives the place of its proof.
    """

    name: Text
    line: Text
    fill: Filler | None = None


def _t(en: str, zh: str) -> Text:
    return Text(en=en, zh=zh)


COVER = _t("Cover", "封面")
HEADER = _t("{title} · as of {on} · {unit}", "{title} · 截至 {on} · 单位：{unit}")
FICTIONAL = _t(
    "Demonstration: all parcels and projects are fictional",
    "演示数据：所有地块和项目均为虚构",
)
INTERNAL = _t("Internal working paper", "内部工作资料")
CLOSES = _t("Every line closes", "各册各项均平衡")
OPEN = _t(
    "A line does not close: see the sheet of the balance",
    "有不平衡项，请看“收支平衡”表",
)
BALANCE = Page(
    _t("Balance", "收支平衡"),
    _t(
        "Opening + in - out + reshaped = closing, for each book and status. Opening "
        "and closing are added up from the list of parcels, in and out from the list "
        "of movements. Reshaped is by how much the figures of split, merged or "
        "corrected records differ from those before. Books overlap and are never "
        "added.",
        "逐册、逐状态：期初加增加减减少加分合更正差等于期末。期初、期末按“地块清单”汇总，"
        "增加、减少按“变动明细”汇总。分合更正差为分割、合并、更正前后的面积之差。"
        "各册互有重叠，不得相加。",
    ),
    add_balance,
)
PAGES = (
    Page(
        _t("Stock by park", "园区存量"),
        _t(
            "What stands in each book at the end of the period, park by park. Mature "
            "and standard land are two ledgers of the same ground: never add them. The "
            "code leads to the park's first parcel.",
            "期末各册存量，按园区。熟地与标准地是同一批土地的两本台账，不得相加。"
            "点击园区代码可跳转到该园区的地块清单。",
        ),
        add_parks,
    ),
    BALANCE,
    Page(
        _t("What moved", "增减变动"),
        _t(
            "What came into each book, left it or changed its status, by kind; the "
            "kind leads to the list.",
            "各册转入、转出及册内状态变动，按变动类型。点击变动类型可跳转到明细。",
        ),
        add_flows,
    ),
    Page(
        _t("Three bases", "三种口径"),
        _t(
            "The closing stock on three bases side by side, each with the parcels that "
            "have no figure on it.",
            "期末存量按三种面积口径并列，并列明各口径下缺面积的地块。",
        ),
        add_bases,
    ),
    Page(
        _t("Targets and pace", "目标与进度"),
        _t(
            "What first reached each predicate in the year against its target and a "
            "linear pace. Two targets, two ledgers, no sum.",
            "本年首次达到的面积与目标、序时进度比较。两项目标分属两本台账，不得相加。",
        ),
        add_targets,
    ),
    Page(
        _t("Forecast", "全年预计"),
        _t(
            "What the year will come to, as a range, and what is due in the rest.",
            "全年预计完成区间，以及年内尚未到期的计划事项。",
        ),
        add_forecast,
    ),
    Page(
        _t("Supplied", "供应与标准地占比"),
        _t(
            "What was supplied, and the share of standard land in it.",
            "本期供应的地块，以及其中标准地的占比。",
        ),
        add_supplied,
    ),
    Page(
        _t("Held", "预留地块"),
        _t(
            "Ground that is held for projects at the end of the period.",
            "期末为项目预留、尚在有效期内的地块。",
        ),
        add_holds,
    ),
    Page(
        _t("Approvals", "用地报批"),
        _t(
            "Batches of land-use approval: how far they are, and the earliest approval "
            "by the least times of the law.",
            "报批批次的办理进度，以及按法定最短时限推算的最早批准日期。",
        ),
        add_approvals,
    ),
    Page(
        _t("Approval steps", "报批步骤"),
        _t(
            "What can be done now in each batch, what runs and what is overdue; "
            "critical steps decide the day of approval.",
            "各批次当前可启动、办理中及逾期的步骤；关键步骤决定批准日期。",
        ),
        add_steps,
    ),
    Page(
        _t("Quotas", "规模与指标"),
        _t(
            "Scale of building land and yearly indicator, two limits apart: granted, "
            "used, kept, and what does not fit. Areas are those of the documents.",
            "用地规模与用地指标分别控制：下达、已使用、已预留、结余，及无法安排的批次。"
            "面积按批文所列。",
        ),
        add_quotas,
    ),
    Page(
        _t("Idle land", "闲置土地"),
        _t(
            "Contracts of supply against the rule of idle land, each with its reason.",
            "供地合同按闲置土地认定规则逐宗判定，并列明理由。",
        ),
        add_idle,
    ),
    Page(
        _t("Not supplied", "批而未供"),
        _t(
            "Land that was approved but not supplied, by the year of its approval. "
            "Ground of parcels that were split or merged since is followed by area.",
            "已批准而尚未供应的土地，按批准年度。批后分割、合并的地块按面积追踪到现地块。",
        ),
        add_unsupplied,
    ),
)
PARCELS = Page(
    _t("Parcels", "地块清单"),
    _t(
        "Every parcel of the period: its areas, and at both ends its status and the "
        "books in which it stands.",
        "本期全部地块：各口径面积，期初、期末的状态及所在台账。",
    ),
)
MOVED = Page(
    _t("Movements", "变动明细"),
    _t(
        "Everything that moved, by book, kind and day.",
        "本期全部变动，按台账、变动类型、日期排列。",
    ),
)
