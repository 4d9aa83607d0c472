"""What the service is asked and what it answers, for the checks and for OpenAPI.

Answers are written as bytes by the routes; these models describe them, and a test
holds the two together.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from zqland.areas import Method
from zqland.text import Language, Text
from zqland.units import Unit
from zqland_api.settings import FIRST_DAY, LAST_DAY
from zqland_api.validation_texts import ReasonError

LARGEST_PAGE = 1000
"""Most entries on one page of a list."""

LARGEST_OFFSET = 100_000_000
"""Furthest place in a list that can be asked for."""

LARGEST_AMOUNT = 1e12
"""Largest figure that is taken for an area, an amount of money or a capacity."""

Amount = Annotated[float, Field(ge=0, le=LARGEST_AMOUNT, allow_inf_nan=False)]
"""A figure of zero or more."""

Code = Annotated[str, Field(min_length=1, max_length=200)]
"""A code or a number of a record."""

Day = Annotated[dt.date, Field(ge=FIRST_DAY, le=LAST_DAY)]
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
    needed_by: Day | None = Field(default=None, description="Ground in hand by.")
    predicate: PredicateName | None = Field(
        default=None, description="What must hold at hand-over."
    )
    power_mva: Amount | None = None
    water_m3_per_day: Amount | None = None
    gas_m3_per_hour: Amount | None = None
    steam_t_per_hour: Amount | None = None
    sewage_m3_per_day: Amount | None = None
    land_class: LandClass | None = Field(default=None, description="GB 50137.")
    sector: str | None = Field(
        default=None, max_length=10, description="GB/T 4754.", examples=["38"]
    )
    fixed_investment_wan: Amount | None = Field(
        default=None, description="Fixed investment in 10 000 yuan."
    )
    tax_wan_per_year: Amount | None = Field(
        default=None, description="Yearly tax in 10 000 yuan."
    )
    preferred_parks: list[Code] = Field(default=[], max_length=100)
    excluded_parks: list[Code] = Field(default=[], max_length=100)
    exception_reason: str | None = Field(
        default=None, max_length=500, description="Why the indicators are set aside."
    )


class Fault(BaseModel):
    """One value at fault."""

    at: str = Field(description="Where it stands.", examples=["query.limit"])
    detail: str = Field(description="Why it cannot be used.")


class ProblemDetail(BaseModel):
    """A problem (RFC 9457)."""

    type: str = Field(examples=["/problems/bad-value"])
    title: str
    status: int
    detail: str
    instance: str
    errors: list[Fault] | None = None


class ProblemMeaning(BaseModel):
    """What a kind of problem means."""

    type: str
    title: str
    status: int
    about: str


class AboutFigures(BaseModel):
    """The conditions that the figures hold under."""

    on: dt.date
    basis: Method
    unit: Unit
    catalogue_hash: str
    fictional: bool = Field(description="True where no real ground is meant.")
    note: str | None = None


class Link(BaseModel):
    """A link to another part of the answer."""

    rel: Literal["self", "next", "prev", "matches", "map"]
    href: str
    type: str


class Counted(AboutFigures):
    """A part of a list, with links to the others."""

    number_matched: int = Field(alias="numberMatched")
    number_returned: int = Field(alias="numberReturned")
    links: list[Link]


class Point(BaseModel):
    """A GeoJSON point in CGCS2000."""

    type: Literal["Point"]
    coordinates: tuple[float, float]


class Area(BaseModel):
    """A GeoJSON polygon or several, in CGCS2000."""

    type: Literal["Polygon", "MultiPolygon"]
    coordinates: list[Any]


class ParkProperties(BaseModel):
    """A park."""

    park_id: str
    name: str
    name_en: str | None
    level: str
    district: str
    accuracy_m: float | None
    parcels: int
    free: int
    area: float | None = Field(description="Area of its parcels.")
    free_area: float | None = Field(description="Area of its free parcels.")


class ParkFeature(BaseModel):
    """A park as a GeoJSON feature."""

    type: Literal["Feature"]
    id: str
    geometry: Point | None
    properties: ParkProperties


class ParkCollection(AboutFigures):
    """All parks."""

    type: Literal["FeatureCollection"]
    features: list[ParkFeature]


class ParcelProperties(BaseModel):
    """A parcel as of a day."""

    model_config = ConfigDict(extra="allow")

    parcel_id: str
    name: str | None
    park_id: str | None
    district: str | None
    land_class: str | None
    home_zone: int
    status: StatusName
    status_since: dt.date | None
    free: bool
    stage: StageName
    area: float | None = Field(description="In `unit` on `basis`; null if unknown.")
    planar_m2: float | None
    ellipsoid_official_m2: float | None
    declared_m2: float | None
    serviced: bool
    clean: bool
    mature: bool
    standard: bool
    utility_set: str
    utilities: list[str]
    next_predicate: PredicateName | None
    next_missing: list[str]


class ParcelFeature(BaseModel):
    """A parcel as a GeoJSON feature."""

    type: Literal["Feature"]
    id: str
    geometry: Area | None
    properties: ParcelProperties


class ParcelCollection(Counted):
    """Parcels as of a day."""

    type: Literal["FeatureCollection"]
    features: list[ParcelFeature]


class PredicateState(BaseModel):
    """What is known of one predicate of one parcel."""

    predicate: PredicateName
    label: str
    holds: bool
    reached_on: dt.date | None
    first_reached_on: dt.date | None
    expected_on: dt.date | None
    missing: list[dict[str, str]]


class EvidenceEntry(BaseModel):
    """One dated fact about a parcel, or about its park or area."""

    model_config = ConfigDict(extra="allow")

    evidence_id: str
    subject_kind: Literal["parcel", "park", "area"]
    subject_id: str
    item: str
    label: str
    done_on: dt.date | None
    due_on: dt.date | None
    expires_on: dt.date | None
    superseded_by: str | None


class StatusEvent(BaseModel):
    """One event of a parcel's life."""

    status: StatusName
    label: str
    happened_on: dt.date
    document: str | None


class ParcelHistory(AboutFigures):
    """A parcel with its history, as a GeoJSON feature."""

    type: Literal["Feature"]
    id: str
    geometry: Area | None
    properties: ParcelProperties
    readiness: list[PredicateState]
    evidence: list[EvidenceEntry]
    status_events: list[StatusEvent]


class Project(BaseModel):
    """A stored project."""

    model_config = ConfigDict(extra="allow")

    project_id: str
    name: str | None
    links: list[Link]


class ProjectList(Counted):
    """Stored projects."""

    projects: list[Project]


class MatchAnswer(AboutFigures):
    """The ground that fits a project, and what nearly does."""

    model_config = ConfigDict(extra="allow")

    project_id: str
    project_name: str
    free_count: int = Field(description="Free parcels before the funnel.")
    fit_count: int = Field(description="Parcels that meet every condition.")
    near_count: int = Field(description="Parcels that fail exactly one condition.")
    funnel_text: str
    funnel: list[dict[str, Any]]
    matches: list[dict[str, Any]]
    near_misses: list[dict[str, Any]]


class Acreage(AboutFigures):
    """The acreage books as of a day."""

    stock: list[dict[str, Any]]
    progress: list[dict[str, Any]]
    monthly: list[dict[str, Any]]
