"""From a posted project to a need, and from an answer to what is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from zqland.areas import Method
from zqland.matching import Answer
from zqland.needs import Need
from zqland.units import to_m2
from zqland_api.desk import Desk
from zqland_api.queries import PostedProject
from zqland_api.selection import check_parks
from zqland_api.view import View

_AREAS = {
    "area_min": "area_min_m2",
    "area_ideal": "area_ideal_m2",
    "area_max": "area_max_m2",
}


def posted_view(view: View, project: PostedProject) -> View:
    """Return the view with the unit and the basis of a posted project."""
    return replace(view, unit=project.unit, basis=project.basis or view.basis)


def need_of(project: PostedProject, desk: Desk, *, basis: Method) -> Need:
    """Read the need of a posted project.

    Parameters
    ----------
    project
        The project.
    desk
        The desk, for its rules and its parks.
    basis
        Method of the project's areas.

    Raises
    ------
    QueryError
        A park is not known.
    NeedError
        The need contradicts itself.
    """
    row = project.model_dump(exclude={"unit", "basis", *_AREAS})
    for name, column in _AREAS.items():
        area = getattr(project, name)
        row[column] = None if area is None else to_m2(area, project.unit)
    reserve = desk.records.reserve
    named = reserve.parcels["park_id"].dropna().astype(str)
    known = reserve.parks.index.astype(str).union(pd.Index(named.unique()))
    check_parks([*project.preferred_parks, *project.excluded_parks], known)
    return desk.need_of(row, basis=basis)


def document(answer: Answer, desk: Desk, view: View) -> dict[str, Any]:
    """Write an answer for JSON, with the conditions that it holds under.

    Parameters
    ----------
    answer
        The answer.
    desk
        The desk that gave it.
    view
        The reader's view.
    """
    return {
        **answer.to_dict(view.language),
        **view.about(desk).to_dict(view.language),
    }
