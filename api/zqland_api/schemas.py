"""What the service answers, for OpenAPI.

Answers are written as bytes by the routes; these models describe them, and a test
holds the two together.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from zqland.areas import Method
from zqland.constraints import ConstraintRule
from zqland.findings import Severity
from zqland.units import Unit
from zqland_api.meanings import described_by
from zqland_api.queries import PredicateName, StageName, StatusName, UploadKind


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
    ledger_version: int | None = Field(
        default=None, description="Last revision of the store; absent for files."
    )
    store: str | None = Field(
        default=None, description="The store, without its password."
    )
    note: str | None = None


class AboutService(AboutFigures):
    """What the service is, and which records it answers from."""

    release: str = Field(description="Version of the program.")


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


@described_by("parks")
class ParkProperties(BaseModel):
    """A park."""

    park_id: str
    name: str
    name_en: str | None
    level: str
    district: str | None
    accuracy_m: float | None
    parcels: int
    free: int
    area: float | None = Field(description="Area of its parcels.")
    free_area: float | None = Field(description="Area of its free parcels.")
    usable_area: float | None = Field(
        description="Area of its parcels without forbidden and deducted ground."
    )
    free_usable_area: float | None = Field(description="The same of its free parcels.")
    lacking_count: int = Field(
        description="Parcels without an area on `basis`; not in the areas above."
    )
    lacking_area: float = Field(
        description="Planar area of those parcels, in `unit`; 0 where there are none."
    )
    usable_lacking_count: int = Field(
        description="Parcels with an area of which the usable part is not known."
    )
    usable_lacking_area: float = Field(
        description="Usable planar area of those parcels, in `unit`."
    )


class ParkFeature(BaseModel):
    """A park as a GeoJSON feature."""

    type: Literal["Feature"]
    id: str
    geometry: Point | Area | None
    properties: ParkProperties


class ParkCollection(AboutFigures):
    """All parks."""

    type: Literal["FeatureCollection"]
    features: list[ParkFeature]


@described_by("parcels", "status_events")
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
    usable_area: float | None = Field(
        description="The same without ground that constraint layers forbid or deduct."
    )
    planar_m2: float | None
    ellipsoid_official_m2: float | None
    declared_m2: float | None
    usable_planar_m2: float | None
    usable_ellipsoid_official_m2: float | None
    usable_declared_m2: float | None = Field(
        description="Null where anything is taken away: a document's figure cannot be "
        "divided."
    )
    forbidden_m2: float = Field(description="Planar area that layers forbid.")
    constraints: list[str] = Field(
        description="Keys of the constraint layers that concern it."
    )
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


@described_by("evidence")
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


@described_by("status_events")
class StatusEvent(BaseModel):
    """One event of a parcel's life."""

    status: StatusName
    label: str
    happened_on: dt.date
    document: str | None


class ConstraintOverlap(BaseModel):
    """What a constraint layer concerns of a parcel."""

    layer: str = Field(description="Key of the layer.")
    label: str
    rule: ConstraintRule
    area_m2: float = Field(description="Planar area of that ground.")
    share: float = Field(description="The same as a share of the parcel.")
    text: str


class ParcelHistory(AboutFigures):
    """A parcel with its history, as a GeoJSON feature."""

    type: Literal["Feature"]
    id: str
    geometry: Area | None
    properties: ParcelProperties
    readiness: list[PredicateState]
    evidence: list[EvidenceEntry]
    status_events: list[StatusEvent]
    constraints: list[ConstraintOverlap]


@described_by("projects")
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
    judged_on: Literal["usable", "total"] = Field(
        description="The area on which lots are judged; both stand with every lot."
    )
    free_count: int = Field(description="Free parcels before the funnel.")
    fit_count: int = Field(description="Parcels that meet every condition.")
    near_count: int = Field(description="Parcels that fail exactly one condition.")
    funnel_text: str
    funnel: list[dict[str, Any]]
    matches: list[dict[str, Any]]
    near_misses: list[dict[str, Any]]


class FindingEntry(BaseModel):
    """One fault or remark about a file."""

    record: str = Field(description="Identifier of the record; empty for the file.")
    field: str = Field(description="Column or part of the record.")
    value: str = Field(description="What was found.")
    rule: str = Field(description="Stable code of the rule.")
    severity: Severity
    message: str = Field(description="What was found and what is expected.")
    action: str = Field(description="What was done, or what to do.")
    place: str = Field(description="Line, cell or record of the file.")


class CheckAnswer(BaseModel):
    """What was found in a file."""

    file: str
    kind: UploadKind
    records: int = Field(description="Records that were read.")
    errors: int
    warnings: int
    notes: int
    findings: list[FindingEntry] = Field(description="The worst first.")


class Acreage(AboutFigures):
    """The acreage books as of a day."""

    stock: list[dict[str, Any]]
    progress: list[dict[str, Any]]
    monthly: list[dict[str, Any]]
