"""The history of one parcel: what is known of it, since when, and from what."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from zqland.readiness import PREDICATES
from zqland.text import Language
from zqland_api.desk import Desk
from zqland_api.output import records
from zqland_api.view import View

_EVIDENCE = (
    "evidence_id",
    "subject_kind",
    "subject_id",
    "item",
    "label",
    "done_on",
    "due_on",
    "expires_on",
    "value",
    "unit",
    "document",
    "recorded_at",
    "recorded_by",
    "superseded_by",
)


def of_parcel(
    desk: Desk, parcel: gpd.GeoDataFrame, view: View
) -> dict[str, list[dict[str, Any]]]:
    """Tell the history of a parcel.

    Parameters
    ----------
    desk
        The desk.
    parcel
        One row of a state's parcels.
    view
        The reader's view.

    Returns
    -------
    history
        The predicates on the day, the evidence that touches the parcel (its own, its
        park's, its areas'), its status events, the earliest first, and what constraint
        layers concern of it.
    """
    language = view.language
    return {
        "readiness": _readiness(desk, parcel, language),
        "evidence": records(evidence_of(desk, parcel, language)),
        "status_events": records(_events_of(desk, str(parcel.index[0]), language)),
        "constraints": _constraints_of(desk, str(parcel.index[0]), view),
    }


def _constraints_of(desk: Desk, parcel_id: str, view: View) -> list[dict[str, Any]]:
    state = desk.state(view.on)
    if state.overlay is None:
        return []
    row = int(state.parcels.index.get_indexer(pd.Index([parcel_id]))[0])
    return [
        {
            "layer": one.layer,
            "label": one.name.in_language(view.language),
            "rule": one.rule.value,
            "area_m2": one.area_m2,
            "share": one.share,
            "text": one.text(view.unit).in_language(view.language),
        }
        for one in state.overlay.at(row)
    ]


def _readiness(
    desk: Desk, parcel: gpd.GeoDataFrame, language: Language
) -> list[dict[str, Any]]:
    rules = desk.catalogues.readiness
    row = parcel.iloc[0]
    return [
        {
            "predicate": predicate,
            "label": rules.predicate_texts[predicate].in_language(language),
            "holds": bool(row[predicate]),
            **{
                name: _day(row[f"{predicate}_{name}"])
                for name in ("reached_on", "first_reached_on", "expected_on")
            },
            "missing": [
                {"item": item, "label": rules.item_texts[item].in_language(language)}
                for item in row[f"{predicate}_missing"]
            ],
        }
        for predicate in PREDICATES
    ]


def _day(value: Any) -> str | None:  # noqa: ANN401 - a cell
    return None if pd.isna(value) else pd.Timestamp(value).strftime("%Y-%m-%d")


def evidence_of(
    desk: Desk, parcel: gpd.GeoDataFrame, language: Language
) -> pd.DataFrame:
    """List the evidence that touches a parcel, the earliest first.

    Parameters
    ----------
    desk
        The desk.
    parcel
        One row of a state's parcels.
    language
        Language of the column ``label``.
    """
    evidence = desk.records.reserve.evidence
    row = parcel.iloc[0]
    subjects = {"parcel": {str(parcel.index[0])}, "park": set(), "area": set()}
    if pd.notna(row["park_id"]):
        subjects["park"].add(str(row["park_id"]))
    if pd.notna(row.get("area_ids")):
        listed = str(row["area_ids"]).replace("；", ";").split(";")
        subjects["area"].update(part.strip() for part in listed if part.strip())
    mask = pd.Series(data=False, index=evidence.index)
    for kind, names in subjects.items():
        mask |= (evidence["subject_kind"] == kind) & evidence["subject_id"].isin(names)
    chosen = evidence[mask].copy()
    texts = desk.catalogues.readiness.item_texts
    words = {key: text.in_language(language) for key, text in texts.items()}
    chosen["label"] = chosen["item"].astype(object).map(lambda key: words.get(key, key))
    chosen["superseded_by"] = _successors(evidence, chosen["evidence_id"])
    order = chosen["done_on"].fillna(chosen["due_on"])
    ranked = chosen.iloc[order.argsort(kind="stable")]
    return ranked.reindex(columns=list(_EVIDENCE))


def _successors(evidence: pd.DataFrame, ids: pd.Series[Any]) -> pd.Series[Any]:
    corrections = evidence.dropna(subset=["supersedes"])
    successor = dict(
        zip(
            corrections["supersedes"].astype(str),
            corrections["evidence_id"].astype(str),
            strict=True,
        )
    )
    return ids.astype(object).map(lambda key: successor.get(str(key)))


def _events_of(desk: Desk, parcel_id: str, language: Language) -> pd.DataFrame:
    events = desk.records.reserve.status_events
    if desk.records.status_is_assumed:
        events = events.iloc[:0]
    chosen = events[events["parcel_id"] == parcel_id].sort_values(
        "happened_on", kind="stable"
    )
    texts = desk.catalogues.readiness.status_texts
    words = {key: text.in_language(language) for key, text in texts.items()}
    labels = chosen["status"].astype(object).map(lambda key: words.get(key, key))
    return chosen.assign(label=labels)[["status", "label", "happened_on", "document"]]
