"""Matching: which free parcels fit a project, why, and what would nearly fit.

``Snapshot.of(state)`` turns the reserve as of a date into columns once; `match`
answers a need from it: the funnel, the ranked lots with every reason, the near misses
with the one relaxation that admits each. `best` gives only the ranked lots, fast.
"""

from __future__ import annotations

from zqland.matching.answer import Answer, FunnelStep, Match, Part
from zqland.matching.indicators import IndicatorCheck, IndicatorState
from zqland.matching.match import best, match, match_all
from zqland.matching.near_misses import NearMiss
from zqland.matching.parks import Parks
from zqland.matching.rules import MatchingRules
from zqland.matching.snapshot import Snapshot

__all__ = [
    "Answer",
    "FunnelStep",
    "IndicatorCheck",
    "IndicatorState",
    "Match",
    "MatchingRules",
    "NearMiss",
    "Parks",
    "Part",
    "Snapshot",
    "best",
    "match",
    "match_all",
]
