"""The records of the reserve: parks, parcels, evidence, statuses, projects, targets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from zqland_geodata.store.migrations.steps import (
    dates,
    is_postgis,
    make_table,
    numbers,
    shapes,
    texts,
    times,
    wholes,
)

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    if is_postgis():
        op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    _revisions()
    _ground()
    _facts()
    _plans()


def _revisions() -> None:
    op.create_table(
        "meta",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "revisions",
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime, nullable=False),
        *texts("by why command token", needed=True),
        sa.UniqueConstraint("token"),
    )


def _ground() -> None:
    make_table(
        "parks",
        texts("park_id name", needed=True),
        texts("name_en"),
        texts("level", needed=True),
        texts("district parent"),
        numbers("lon lat accuracy_m", needed=True),
        texts("sectors"),
        shapes("geometry"),
        key="park_id",
    )
    make_table(
        "parcels",
        texts("parcel_id", needed=True),
        texts("name park_id district"),
        wholes("home_zone", needed=True),
        shapes("home_geometry geometry", needed=True),
        texts("land_class"),
        numbers("declared_m2 price_wan_per_mu"),
        texts("area_ids"),
        numbers("access_m"),
        dates("began_on retired_on"),
        numbers("planar_m2 ellipsoid_m2 west south east north"),
        key="parcel_id",
        sought_by="park_id",
    )
    if is_postgis():
        op.create_index(
            "place_parcels", "parcels", ["geometry"], postgresql_using="gist"
        )
    else:
        op.create_index("box_parcels", "parcels", ["west", "south", "east", "north"])


def _facts() -> None:
    make_table(
        "evidence",
        texts("evidence_id subject_kind subject_id item", needed=True),
        dates("done_on due_on expires_on"),
        numbers("value"),
        texts("unit document"),
        times("recorded_at"),
        texts("recorded_by supersedes"),
        key="evidence_id",
        sought_by="subject_id supersedes",
    )
    make_table(
        "status_events",
        texts("parcel_id status", needed=True),
        dates("happened_on", needed=True),
        texts("document"),
        texts("event_id", needed=True),
        texts("supersedes"),
        wholes("withdrawn"),
        key="event_id",
        sought_by="parcel_id supersedes",
    )


def _plans() -> None:
    make_table(
        "projects",
        texts("project_id", needed=True),
        texts("name lists sector"),
        numbers("investment_wan fixed_investment_wan tax_wan_per_year"),
        numbers("area_min_m2 area_ideal_m2 area_max_m2"),
        dates("needed_by"),
        texts("predicate"),
        numbers("power_mva water_m3_per_day gas_m3_per_hour steam_t_per_hour"),
        numbers("sewage_m3_per_day"),
        texts("land_class preferred_parks excluded_parks exception_reason"),
        key="project_id",
    )
    make_table(
        "indicators",
        texts("park_id sector", needed=True),
        numbers("intensity_min_wan_per_mu tax_min_wan_per_mu"),
        texts("source"),
        key="park_id sector",
    )
    make_table(
        "targets",
        wholes("year", needed=True),
        texts("predicate scope", needed=True),
        numbers("target_m2", needed=True),
        texts("source"),
        key="year predicate scope",
    )
