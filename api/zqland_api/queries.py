"""What the service can be asked: every name and every bound of its requests."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from zqland.areas import Method
from zqland.ledger import CITY
from zqland.text import Language, Text
from zqland.units import Unit
from zqland_api.meanings import described_by
from zqland_api.settings import FIRST_DAY, LAST_DAY
from zqland_api.validation_texts import ReasonError

LARGEST_PAGE = 1000
"""Most entries on one page of a list."""

LARGEST_OFFSET = 100_000_000
"""Furthest place in a list that can be asked for."""

LARGEST_AMOUNT = 1e12
"""Largest figure that is taken for an area, an amount of money or a capacity."""

_NO_FIGURE = Text(en="must be a number", zh="必须是数值")
_NO_DAY = Text(en="must be a date such as 2023-09-05", zh="必须是日期，如 2023-09-05")


def _not_truth(value: object) -> object:
    """Refuse true and false where a figure is due: they are not 1 and 0."""
    if isinstance(value, bool):
        raise ReasonError(_NO_FIGURE)
    return value


def _not_number(value: object) -> object:
    """Refuse a number where a day is due: it is not a count of seconds."""
    if isinstance(value, (bool, int, float)):
        raise ReasonError(_NO_DAY)
    return value


Amount = Annotated[
    float,
    Field(ge=0, le=LARGEST_AMOUNT, allow_inf_nan=False),
    BeforeValidator(_not_truth),
]
"""A figure of zero or more."""

Code = Annotated[str, Field(min_length=1, max_length=200)]
"""A code or a number of a record."""

Day = Annotated[dt.date, Field(ge=FIRST_DAY, le=LAST_DAY), BeforeValidator(_not_number)]
"""A day within the range that is answered."""


class PredicateName(StrEnum):
    """The predicates."""

    SERVICED = "serviced"
    CLEAN = "clean"
    MATURE = "mature"
    STANDARD = "standard"


class StageName(StrEnum):
    """The stages."""

    RAW = "raw"
    SERVICED = "serviced"
    MATURE = "mature"
    STANDARD = "standard"


class StatusName(StrEnum):
    """The statuses."""

    PLANNED = "planned"
    IN_RESERVE = "in_reserve"
    LISTED = "listed"
    SUPPLIED = "supplied"
    RETURNED = "returned"
    RETIRED = "retired"


class LandClass(StrEnum):
    """Classes of industrial and storage land (GB 50137)."""

    M1 = "M1"
    M2 = "M2"
    M3 = "M3"
    W1 = "W1"
    W2 = "W2"
    W3 = "W3"


class Query(BaseModel):
    """What every list and figure can be asked with; unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lang: Language | None = Field(
        default=None, description="Language of the answer; else Accept-Language."
    )


class Conditions(Query):
    """The conditions that figures hold under."""

    on: Day | None = Field(
        default=None,
        description="As-of date; without it the service's own day.",
        examples=["2023-09-05"],
    )
    unit: Unit | None = Field(default=None, description="Unit of areas.")
    basis: Method | None = Field(
        default=None, description="Method of areas; else the catalogue's for the use."
    )


class Page(Conditions):
    """A part of a list."""

    limit: int = Field(default=100, ge=1, le=LARGEST_PAGE)
    offset: int = Field(default=0, ge=0, le=LARGEST_OFFSET)


def _box(text: str) -> str:
    parse_box(text)
    return text


def parse_box(text: str) -> tuple[float, float, float, float]:
    """Read a box of longitudes and latitudes.

    Parameters
    ----------
    text
        West, south, east and north in degrees, with commas.

    Returns
    -------
    box
        The four figures.

    Raises
    ------
    ReasonError
        They are not four figures in range and in order.

    Examples
    --------
    >>> parse_box("112.6,23.0,112.9,23.4")
    (112.6, 23.0, 112.9, 23.4)
    """
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise ReasonError(_NO_BOX) from None
    # Comparisons with NaN are false, so these two chains refuse it as well.
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):  # noqa: PLR2004
        raise ReasonError(_NO_BOX)
    return west, south, east, north


_NO_BOX = Text(
    en="must be west,south,east,north in degrees, such as 112.6,23.0,112.9,23.4",
    zh="必须是 西,南,东,北（度），如 112.6,23.0,112.9,23.4",
)


class UploadKind(StrEnum):
    """What an uploaded file holds."""

    PARCELS = "parcels"
    LEDGER = "ledger"
    PROJECTS = "projects"
    EVIDENCE = "evidence"
    STATUS = "status"


class UploadForm(StrEnum):
    """The form in which the findings of an upload come back."""

    JSON = "json"
    XLSX = "xlsx"


class CheckQuery(Query):
    """How an uploaded file is checked."""

    kind: UploadKind = Field(
        default=UploadKind.PARCELS, description="What the file holds."
    )
    form: UploadForm = Field(
        default=UploadForm.JSON,
        description="Findings as JSON, or a copy of the file as a workbook with the "
        "faulty cells marked.",
    )
    source_crs: int | None = Field(
        default=None,
        ge=1024,
        le=999_999,
        description="EPSG code for a file of parcels that states none.",
    )
    as_of: Day | None = Field(
        default=None, description="Day on which a sheet's yes and no were true."
    )


class ParcelQuery(Page):
    """Which parcels are wanted."""

    bbox: Annotated[str, AfterValidator(_box)] | None = Field(
        default=None,
        max_length=200,
        description="West,south,east,north in degrees; parcels that touch it.",
        examples=["112.6,23.0,112.9,23.4"],
    )
    park: list[Code] = Field(
        default=[], max_length=100, description="Codes of parks; any of them."
    )
    predicate: list[PredicateName] = Field(
        default=[], max_length=4, description="Predicates that all hold on the day."
    )
    stage: list[StageName] = Field(
        default=[], max_length=4, description="Stages; any of them."
    )
    status: list[StatusName] = Field(
        default=[], max_length=6, description="Statuses on the day; any of them."
    )
    free: bool | None = Field(
        default=None, description="Only parcels that are free, or only others."
    )
    area_min: Amount | None = Field(
        default=None, description="Smallest area in `unit` on `basis`."
    )
    area_max: Amount | None = Field(
        default=None, description="Largest area in `unit` on `basis`."
    )


class MatchQuery(Conditions):
    """How a project is matched."""

    top: int = Field(default=20, ge=1, le=200, description="Most matches to list.")


class MapQuery(Conditions):
    """How the map of the reserve is drawn."""

    public: bool = Field(
        default=False, description="Leave out what is internal; whole metres."
    )


class FormQuery(Conditions):
    """The conditions of the match form; its other fields are read by the form."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    project: str | None = Field(default=None, max_length=200)


class PostedMatchQuery(Query):
    """How a posted project is matched; it names its own unit and basis."""

    on: Day | None = Field(default=None, description="As-of date.")
    top: int = Field(default=20, ge=1, le=200, description="Most matches to list.")


class AcreageQuery(Conditions):
    """Which acreage is wanted."""

    year: int | None = Field(
        default=None, ge=FIRST_DAY.year, le=LAST_DAY.year, description="Calendar year."
    )


class BooksQuery(Conditions):
    """Which books of a year are wanted."""

    scope: str = Field(
        default=CITY,
        max_length=200,
        description="city, park:CODE, district:CODE or level:LEVEL.",
    )


@described_by("projects")
class PostedProject(BaseModel):
    """A project that looks for ground; areas in ``unit`` on ``basis``."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "电池壳体项目",
                    "area_ideal": 120,
                    "unit": "mu",
                    "needed_by": "2024-06-30",
                    "predicate": "mature",
                    "power_mva": 20,
                    "land_class": "M2",
                    "sector": "38",
                    "fixed_investment_wan": 48000,
                    "tax_wan_per_year": 3000,
                }
            ]
        },
    )

    project_id: Code = Field(default="posted", description="Any name of your own.")
    name: str | None = Field(default=None, max_length=200)
    area_min: Amount | None = Field(default=None, description="Smallest area.")
    area_ideal: Amount | None = Field(
        default=None, description="Area asked for; alone, it becomes a window."
    )
    area_max: Amount | None = Field(default=None, description="Largest area.")
    unit: Unit = Field(default=Unit.MU, description="Unit of the three areas.")
    basis: Method | None = Field(default=None, description="Method of the areas.")
    needed_by: Day | None = None
    predicate: PredicateName | None = None
    power_mva: Amount | None = None
    water_m3_per_day: Amount | None = None
    gas_m3_per_hour: Amount | None = None
    steam_t_per_hour: Amount | None = None
    sewage_m3_per_day: Amount | None = None
    land_class: LandClass | None = None
    sector: str | None = Field(default=None, max_length=10, examples=["38"])
    fixed_investment_wan: Amount | None = None
    tax_wan_per_year: Amount | None = None
    preferred_parks: list[Code] = Field(default=[], max_length=100)
    excluded_parks: list[Code] = Field(default=[], max_length=100)
    exception_reason: str | None = Field(default=None, max_length=500)
