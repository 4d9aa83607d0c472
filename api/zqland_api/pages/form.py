"""Read the match form: what a reader typed, as a project or as faults."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from pydantic import ValidationError
from starlette.datastructures import QueryParams

from zqland.errors import UnitError
from zqland.text import Text
from zqland.units import Unit, from_m2, parse_area, round_half_up
from zqland_api.queries import PostedProject
from zqland_api.validation_texts import explain_fault

AREAS = ("area_ideal", "area_min", "area_max")
"""Fields that hold an area, with or without a unit of their own."""

LISTS = ("preferred_parks", "excluded_parks")
"""Fields that hold several codes."""

FIELDS = tuple(
    name for name in PostedProject.model_fields if name not in ("project_id", "name")
)
"""Fields of the form."""

_STORED = (
    "needed_by",
    "predicate",
    "power_mva",
    "water_m3_per_day",
    "gas_m3_per_hour",
    "steam_t_per_hour",
    "sewage_m3_per_day",
    "land_class",
    "fixed_investment_wan",
    "tax_wan_per_year",
    "exception_reason",
)


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it came in.

    Attributes
    ----------
    values
        What was typed, by field.
    project
        The project that it describes; None where it is blank or has faults.
    faults
        What is wrong, by field.
    """

    values: dict[str, Any]
    project: PostedProject | None = None
    faults: dict[str, Text] = field(default_factory=dict)


def read_form(parameters: QueryParams, *, unit: Unit) -> Form:
    """Read the form from the query of its page.

    Parameters
    ----------
    parameters
        The query; empty fields count as not filled in.
    unit
        Unit of areas where none was chosen.
    """
    values = _typed(parameters)
    values.setdefault("unit", unit.value)
    if not any(name in values for name in AREAS):
        return Form(values)
    faults: dict[str, Text] = {}
    plain = {**values, **_areas(values, faults)}
    try:
        project = PostedProject.model_validate(plain)
    except ValidationError as error:
        for fault in error.errors():
            place, reason = explain_fault(fault)
            faults.setdefault(place.split(".")[0], reason)
    if faults:
        return Form(values, None, faults)
    return Form(values, project)


def _typed(parameters: QueryParams) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in FIELDS:
        filled = [text.strip() for text in parameters.getlist(name) if text.strip()]
        if filled:
            values[name] = filled if name in LISTS else filled[-1]
    return values


def _areas(values: Mapping[str, Any], faults: dict[str, Text]) -> dict[str, float]:
    """Read areas such as 120, 120亩 or 8 ha into figures of the chosen unit."""
    areas: dict[str, float] = {}
    if values["unit"] not in set(Unit):
        return areas
    unit = Unit(values["unit"])
    for name in AREAS:
        if name not in values:
            continue
        try:
            areas[name] = from_m2(parse_area(values[name], default=unit), unit)
        except UnitError as error:
            faults[name] = error.text
    return areas


def stored_values(row: Mapping[str, Any], *, unit: Unit) -> dict[str, Any]:
    """Fill the form from a stored project.

    Parameters
    ----------
    row
        The project's record.
    unit
        Unit of the areas in the form.
    """
    known = {name: value for name, value in row.items() if _is_known(value)}
    values: dict[str, Any] = {"unit": unit.value}
    for name in AREAS:
        if f"{name}_m2" in known:
            area = from_m2(float(known[f"{name}_m2"]), unit)
            values[name] = _written(round_half_up(area, 4))
    for name in _STORED:
        if name in known:
            values[name] = _written(known[name])
    if "sector" in known:
        # The form chooses among divisions, so the section's letter and the rest go.
        values["sector"] = re.sub(r"^[A-T]", "", str(known["sector"]))[:2]
    for name in LISTS:
        if name in known:
            parts = (part.strip() for part in re.split("[;；]", str(known[name])))
            values[name] = [part for part in parts if part]
    return values


def _is_known(value: Any) -> bool:  # noqa: ANN401 - a cell
    return bool(pd.notna(value)) and str(value) != ""


def _written(value: Any) -> str:  # noqa: ANN401 - a cell
    if isinstance(value, dt.date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return str(value)
