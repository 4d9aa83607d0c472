"""Batches of land-use approval (用地报批组卷): their steps, their days, what blocks."""

from __future__ import annotations

from zqland.approvals.book import STATE_TEXTS, STATES, Approvals, approvals
from zqland.approvals.rules import ApprovalRules, DayUnit, Step
from zqland.approvals.workdays import WorkCalendar

__all__ = [
    "STATES",
    "STATE_TEXTS",
    "ApprovalRules",
    "Approvals",
    "DayUnit",
    "Step",
    "WorkCalendar",
    "approvals",
]
