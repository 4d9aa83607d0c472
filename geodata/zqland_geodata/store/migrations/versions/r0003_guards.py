"""Let the database itself refuse to delete or overwrite what was recorded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from zqland_geodata.store.migrations.steps import is_postgis

revision = "0003"
down_revision = "0002"

TABLES = (
    "parks",
    "parcels",
    "evidence",
    "status_events",
    "projects",
    "indicators",
    "targets",
    "milestones",
    "lineage",
    "holds",
    "contracts",
    "batches",
    "batch_steps",
    "batch_parcels",
    "quotas",
    "documents",
)

_COLUMNS_SQLITE = sa.text("SELECT name FROM pragma_table_info(:name)")
_COLUMNS_POSTGRES = sa.text(
    "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(:name) "
    "AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
)

REFUSAL = "what was recorded is neither deleted nor overwritten"


def upgrade() -> None:
    """Guard all tables; only `replaced_in` of a current row may be set, once."""
    guard = _guard_postgis if is_postgis() else _guard_sqlite
    if is_postgis():
        op.execute(
            "CREATE FUNCTION zqland_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = '23001'; END $$"
        )
    for name in TABLES:
        guard(name, fixed=_fixed(name), when="OLD.replaced_in IS NOT NULL")
    guard("revisions", fixed=_fixed("revisions"), when=None)


def _fixed(name: str) -> str:
    """List the columns that never change."""
    query = _COLUMNS_POSTGRES if is_postgis() else _COLUMNS_SQLITE
    names = op.get_bind().scalars(query, {"name": name})
    return ", ".join(f'"{column}"' for column in names if column != "replaced_in")


def _guard_sqlite(name: str, *, fixed: str, when: str | None) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    op.execute(f"CREATE TRIGGER keep_{name} BEFORE DELETE ON {name} {refuse}")
    op.execute(f"CREATE TRIGGER fix_{name} BEFORE UPDATE OF {fixed} ON {name} {refuse}")
    if when is not None:
        op.execute(
            f"CREATE TRIGGER once_{name} BEFORE UPDATE OF replaced_in ON {name} "
            f"WHEN {when} {refuse}"
        )


def _guard_postgis(name: str, *, fixed: str, when: str | None) -> None:
    refuse = "EXECUTE FUNCTION zqland_refuse()"
    op.execute(
        f"CREATE TRIGGER keep_{name} BEFORE DELETE OR TRUNCATE ON {name} "
        f"FOR EACH STATEMENT {refuse}"
    )
    op.execute(
        f"CREATE TRIGGER fix_{name} BEFORE UPDATE OF {fixed} ON {name} "
        f"FOR EACH ROW {refuse}"
    )
    if when is not None:
        op.execute(
            f"CREATE TRIGGER once_{name} BEFORE UPDATE OF replaced_in ON {name} "
            f"FOR EACH ROW WHEN ({when}) {refuse}"
        )
