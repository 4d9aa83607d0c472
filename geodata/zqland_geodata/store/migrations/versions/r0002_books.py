"""The books of lineage, holds, supply, approval, quotas, milestones and documents."""

from __future__ import annotations

from zqland_geodata.store.migrations.steps import (
    dates,
    make_table,
    numbers,
    shapes,
    texts,
    wholes,
)

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of what happens to ground."""
    _ground()
    _supply()
    _approval()


def _ground() -> None:
    make_table(
        "lineage",
        texts("lineage_id child_id parent_id kind", needed=True),
        dates("happened_on", needed=True),
        numbers("remainder_m2"),
        texts("document"),
        key="lineage_id",
        sought_by="child_id parent_id",
    )
    make_table(
        "holds",
        texts("hold_id parcel_id", needed=True),
        texts("project_id"),
        wholes("home_zone"),
        shapes("home_geometry"),
        numbers("area_m2"),
        dates("held_from held_until", needed=True),
        texts("held_by reason"),
        dates("ended_on"),
        texts("ended_as"),
        key="hold_id",
        sought_by="parcel_id",
    )


def _supply() -> None:
    make_table(
        "milestones",
        texts("project_id step", needed=True),
        dates("planned_on done_on"),
        texts("document"),
        key="project_id step",
    )
    make_table(
        "contracts",
        texts("contract_id parcel_id", needed=True),
        texts("project_id"),
        dates("signed_on", needed=True),
        numbers("area_m2 price_wan investment_wan"),
        dates("agreed_start agreed_finish started_on finished_on"),
        numbers("developed_m2 invested_wan"),
        dates("suspended_since"),
        wholes("excluded_days"),
        texts("document"),
        key="contract_id",
        sought_by="parcel_id",
    )
    make_table(
        "documents",
        texts("sha256 name", needed=True),
        wholes("size_bytes"),
        texts("note"),
        key="sha256",
    )


def _approval() -> None:
    make_table(
        "batches",
        texts("batch_id", needed=True),
        texts("name district"),
        wholes("year"),
        dates("submitted_on approved_on"),
        texts("document"),
        key="batch_id",
    )
    make_table(
        "batch_steps",
        texts("batch_id step", needed=True),
        dates("began_on due_on done_on"),
        texts("document"),
        key="batch_id step",
    )
    make_table(
        "batch_parcels",
        texts("batch_id parcel_id", needed=True),
        numbers("area_m2 scale_m2 indicator_m2"),
        key="batch_id parcel_id",
        sought_by="parcel_id",
    )
    make_table(
        "quotas",
        wholes("year", needed=True),
        texts("kind scope", needed=True),
        numbers("granted_m2", needed=True),
        texts("source"),
        key="year kind scope",
    )
