"""Read evidence, projects, status events and parcel ledgers from spreadsheets.

This module gathers what is read from workbooks and CSV files: `read_evidence`,
`read_projects`, `read_status_events` and `read_parcel_ledger` with `join_ledger`.
"""

from __future__ import annotations

from zqland_geodata.evidence import EvidenceRead, read_evidence
from zqland_geodata.ledgers import LedgerRead, join_ledger, read_parcel_ledger
from zqland_geodata.projects import (
    ProjectsRead,
    StatusEventsRead,
    read_projects,
    read_status_events,
)

__all__ = [
    "EvidenceRead",
    "LedgerRead",
    "ProjectsRead",
    "StatusEventsRead",
    "join_ledger",
    "read_evidence",
    "read_parcel_ledger",
    "read_projects",
    "read_status_events",
]
