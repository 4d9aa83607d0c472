"""The portfolio: all open projects and all free ground at once, in one proven plan."""

from __future__ import annotations

from zqland.portfolio.gathering import gather
from zqland.portfolio.options import Options
from zqland.portfolio.problem import Problem
from zqland.portfolio.search import Limits
from zqland.portfolio.solve import Solution, solve

__all__ = ["Limits", "Options", "Problem", "Solution", "gather", "solve"]
