"""What the commands of approvals, quotas and idle land show, as sheets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from zqland import approvals, idle, ledger, quotas
from zqland.text import Text
from zqland.units import DISPLAY_DIGITS, UNIT_TEXTS
from zqland_api.about import METHOD_TEXTS
from zqland_api.sheets import Column, Sheet
from zqland_api.yearbook.words import district_words, scope_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zqland.areas import Method
    from zqland.text import Language
    from zqland.units import Unit

_AREA = Text(en="{name} ({unit})", zh="{name}（{unit}）")
_ALL_YEARS = Text(en="all years", zh="合计")
_SHARE_DIGITS = 4

_BATCH = Column("batch_id", Text(en="Batch", zh="批次编号"))
_YEAR = Column("year", Text(en="Year", zh="年度"))
_PARCEL = Column("parcel_id", Text(en="Parcel", zh="地块编号"))
_CONTRACT = Column("contract_id", Text(en="Contract", zh="合同编号"))
_RECORDED = Column("recorded_id", Text(en="As recorded", zh="登记地块"))
_REASON = Column("reason", Text(en="Why", zh="说明"))
_SHARE = Column("share", Text(en="Share", zh="占比"), _SHARE_DIGITS)
_LACKING = Column("lacking_count", Text(en="Without a figure", zh="缺面积"))
_BATCH_STATE = Column(
    "state",
    Text(en="State", zh="状态"),
    words={str(key): text for key, text in quotas.STATE_TEXTS.items()},
)
_KIND = Column(
    "kind",
    Text(en="Limit", zh="限额"),
    words={str(key): text for key, text in quotas.KIND_TEXTS.items()},
)
_IDLE_STATE = Column(
    "state",
    Text(en="State", zh="状态"),
    words={str(key): text for key, text in idle.STATE_TEXTS.items()},
)
_FEE = Column("fee_wan", Text(en="Fee (10 000 yuan)", zh="闲置费（万元）"))


@dataclass(frozen=True, slots=True)
class Arranger:
    """Arranges tables of the core as sheets for one reader.

    Attributes
    ----------
    unit
        Unit of all areas.
    language
        The reader's language, in which sentences are written.
    """

    unit: Unit
    language: Language

    def batches(self, found: approvals.Approvals) -> Sheet:
        """Arrange batches of approval, with when they can be approved.

        Parameters
        ----------
        found
            The book of approvals.
        """
        steps = self._step_words(found.steps)
        columns = [
            _BATCH,
            Column("name", Text(en="Name", zh="批次名称")),
            _district(),
            _YEAR,
            _BATCH_STATE,
            Column("done_count", Text(en="Steps done", zh="已完成步骤")),
            Column("step_count", Text(en="of", zh="步骤数")),
            Column("submitted_on", Text(en="Submitted", zh="上报日期")),
            Column("approved_on", Text(en="Approved", zh="批准日期")),
            Column("earliest_approved_on", Text(en="Earliest", zh="最早可批准")),
            Column("expected_approved_on", Text(en="Expected", zh="预计批准")),
            Column("earliest_supply_on", Text(en="Supply from", zh="最早可供应")),
            Column("blocking", Text(en="Decides now", zh="当前关键步骤"), words=steps),
            Column("overdue", Text(en="Overdue", zh="逾期步骤"), words=steps),
            self._area("area_m2", Text(en="Area", zh="报批面积")),
            Column("parcel_count", Text(en="Parcels", zh="宗数")),
            _LACKING,
        ]
        title = Text(en="Batches of approval", zh="报批批次")
        return self._sheet("batches", title, found.batches, columns)

    def steps(self, found: approvals.Approvals) -> Sheet:
        """Arrange the steps of batches.

        Parameters
        ----------
        found
            The book of approvals.
        """
        columns = [
            _BATCH,
            Column("name", Text(en="Step", zh="步骤")),
            Column("state", Text(en="State", zh="状态"), words=approvals.STATE_TEXTS),
            Column("is_critical", Text(en="Decides", zh="关键")),
            Column("is_overdue", Text(en="Overdue", zh="逾期")),
            Column("due_on", Text(en="Planned", zh="计划日期")),
            Column("earliest_finish_on", Text(en="Earliest", zh="最早完成")),
            _REASON,
        ]
        title = Text(en="Steps", zh="报批步骤")
        return self._sheet("steps", title, found.steps, columns)

    def limits(self, found: quotas.QuotaUse) -> Sheet:
        """Arrange what was granted, used, reserved and is left.

        Parameters
        ----------
        found
            The use of the quotas.
        """
        columns = [
            _YEAR,
            _KIND,
            _scope(found.limits),
            self._area("granted_m2", Text(en="Granted", zh="下达")),
            self._area("used_m2", Text(en="Used", zh="已用（已批准）")),
            self._area("reserved_m2", Text(en="Reserved", zh="拟用（已上报、组卷中）")),
            self._area("rest_m2", Text(en="Left", zh="剩余")),
            _LACKING,
            self._area("lacking_m2", Text(en="Area of these", zh="缺项地块面积")),
            Column("unfit_ids", Text(en="Do not fit", zh="无法安排的批次")),
        ]
        title = Text(en="Quotas", zh="规模与指标")
        return self._sheet("limits", title, found.limits, columns)

    def needs(self, found: quotas.QuotaUse) -> Sheet:
        """Arrange which batches fit into the limits.

        Parameters
        ----------
        found
            The use of the quotas.
        """
        columns = [
            _BATCH,
            _YEAR,
            _KIND,
            _scope(found.batches),
            _BATCH_STATE,
            self._area("needed_m2", Text(en="Needed", zh="需用")),
            self._area("available_m2", Text(en="Available", zh="可用")),
            self._area("short_m2", Text(en="Short", zh="缺口")),
            Column("fits", Text(en="Fits", zh="可安排")),
            _REASON,
        ]
        title = Text(en="Batches against the quotas", zh="各批次用量")
        return self._sheet("batches", title, found.batches, columns)

    def idle_totals(self, found: idle.IdleLand) -> Sheet:
        """Arrange how many contracts stand how.

        Parameters
        ----------
        found
            The book of idle land.
        """
        columns = [
            _IDLE_STATE,
            Column("count", Text(en="Contracts", zh="宗数")),
            self._area("area_m2", Text(en="Area", zh="面积")),
            _LACKING,
            _FEE,
        ]
        title = Text(en="Contracts by state", zh="合同履约情况")
        return self._sheet("totals", title, found.totals, columns)

    def idle_contracts(self, contracts: pd.DataFrame) -> Sheet:
        """Arrange contracts with how they stand and why.

        Parameters
        ----------
        contracts
            Of the book of idle land.
        """
        columns = [
            _CONTRACT,
            Column("ground_ids", Text(en="Parcels", zh="现地块")),
            Column("project_id", Text(en="Project", zh="项目编号")),
            Column("signed_on", Text(en="Signed", zh="签订日期")),
            self._area("area_m2", Text(en="Area", zh="面积")),
            _IDLE_STATE,
            Column("idle_on", Text(en="Idle from", zh="构成闲置")),
            Column("recovery_on", Text(en="Recovery from", zh="可收回")),
            Column("days_left", Text(en="Days left", zh="剩余天数")),
            _FEE,
            _REASON,
        ]
        title = Text(en="Contracts", zh="供地合同")
        return self._sheet("contracts", title, contracts, columns)

    def idle_ground(self, ground: pd.DataFrame) -> Sheet:
        """Arrange where the ground of contracts lies now.

        Parameters
        ----------
        ground
            Of the book of idle land.
        """
        columns = [
            _CONTRACT,
            _RECORDED,
            _PARCEL,
            _SHARE,
            self._area("area_m2", Text(en="Area", zh="面积")),
        ]
        return self._sheet("ground", Text(en="Ground", zh="用地"), ground, columns)

    def unsupplied_years(self, years: pd.DataFrame, basis: Method) -> Sheet:
        """Arrange what was approved and not supplied, by year of approval.

        Parameters
        ----------
        years
            All years and bases.
        basis
            The one that is shown.
        """
        own = years[years["basis"].eq(str(basis))].reset_index(drop=True)
        named = [
            _ALL_YEARS if pd.isna(year) else Text(en=str(year), zh=str(year))
            for year in own["year"]
        ]
        table = own.assign(of_year=pd.Series(named, own.index, dtype=object))
        columns = [
            Column("of_year", Text(en="Approved in", zh="批准年度")),
            Column("batch_count", Text(en="Batches", zh="批次数")),
            Column("approved_count", Text(en="Parcels", zh="宗数")),
            self._area("approved_m2", Text(en="Approved", zh="批准")),
            self._area("supplied_m2", Text(en="Supplied", zh="已供应")),
            self._area("unsupplied_m2", Text(en="Not supplied", zh="批而未供")),
            Column("rate", Text(en="Rate", zh="批而未供率"), _SHARE_DIGITS),
            Column("unsupplied_count", Text(en="Parcels not", zh="批而未供宗数")),
            self._area("returned_m2", Text(en="Taken back since", zh="供后收回")),
            _LACKING,
        ]
        title = Text(en="Approved, not supplied", zh="批而未供")
        return self._sheet("years", title, table, columns)

    def unsupplied_ground(self, ground: pd.DataFrame, basis: Method) -> Sheet:
        """Arrange the ground of approved batches.

        Parameters
        ----------
        ground
            Of the book of what is not supplied.
        basis
            Area method that is shown.
        """
        columns = [
            _BATCH,
            _RECORDED,
            _PARCEL,
            Column("approved_on", Text(en="Approved", zh="批准日期")),
            _SHARE,
            self._area(f"{basis}_m2", METHOD_TEXTS[basis]),
            Column("is_supplied", Text(en="Supplied", zh="已供应")),
            Column("supplied_on", Text(en="Supplied on", zh="供应日期")),
            Column("is_returned", Text(en="Taken back", zh="已收回")),
        ]
        return self._sheet("ground", Text(en="Ground", zh="用地"), ground, columns)

    def _area(self, key: str, name: Text) -> Column:
        heading = _AREA.format(name=name, unit=UNIT_TEXTS[self.unit])
        digits = DISPLAY_DIGITS[self.unit]
        return Column(key.replace("_m2", f"_{self.unit}"), heading, digits)

    def _sheet(
        self, key: str, title: Text, table: pd.DataFrame, columns: Sequence[Column]
    ) -> Sheet:
        said = {
            name: values.map(
                lambda text: (
                    text.in_language(self.language) if isinstance(text, Text) else text
                )
            )
            for name, values in table.items()
            if values.dtype == object
        }
        plain = table.assign(**{str(name): values for name, values in said.items()})
        return Sheet(key, title, ledger.in_unit(plain, self.unit), tuple(columns))

    @staticmethod
    def _step_words(steps: pd.DataFrame) -> Mapping[str, Text]:
        return dict(zip(steps["step"], steps["name"], strict=True))


def _district() -> Column:
    heading = Text(en="District", zh="县（市、区）")
    return Column("district", heading, words=district_words())


def _scope(table: pd.DataFrame) -> Column:
    nothing = pd.DataFrame({"name": pd.Series(dtype="str")})
    words = {str(one): scope_text(str(one), nothing) for one in table["scope"]}
    return Column("scope", Text(en="Scope", zh="范围"), words=words)
