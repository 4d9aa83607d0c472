"""Readiness: what ground has reached on a date, derived from dated evidence."""

from __future__ import annotations

from zqland.readiness.derive import derive
from zqland.readiness.rules import CAPACITIES, PREDICATES, RAW, ReadinessRules

__all__ = ["CAPACITIES", "PREDICATES", "RAW", "ReadinessRules", "derive"]
