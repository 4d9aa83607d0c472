"""Read evidence, projects and status events from spreadsheets.

This module gathers what is read from workbooks and CSV files: `read_evidence`,
`read_projects` and `read_status_events`.
"""

from __future__ import annotations

from zqland_geodata.evidence import EvidenceRead, read_evidence
from zqland_geodata.projects import (
    ProjectsRead,
    StatusEventsRead,
    read_projects,
    read_status_events,
)

__all__ = [
    "EvidenceRead",
    "ProjectsRead",
    "StatusEventsRead",
    "read_evidence",
    "read_projects",
    "read_status_events",
]
