"""What a clerk chooses: which evidence holds of which new parcel, which versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zqland.text import Text
from zqland_api.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from zqland.catalogues import Catalogues

_ALL, _NONE = "all", "none"
_SHOWN = 5

_CHOOSE = Text(
    en="{count} entries of evidence are about {parents} itself ({entries}). A road "
    "along one part is no road along the other: say what holds of which, such as "
    "--evidence {child}=all, --evidence {child}={first}, or --evidence none. "
    "--dry-run lists the entries.",
    zh="有 {count} 条佐证属于 {parents} 本身（{entries}）。"
    "一部分临路不等于另一部分临路：请说明各条佐证的归属，如 --evidence {child}=all、"
    "--evidence {child}={first} 或 --evidence none。用 --dry-run 可列出这些佐证。",
)
_ENTRY = Text(en="{key} {item}", zh="{key} {item}")
_NO_CHILD = Text(
    en="--evidence {given}: no new parcel is called “{child}”; they are {children}.",
    zh="--evidence {given}：没有名为“{child}”的新地块；新地块为 {children}。",
)
_NO_CHOICE = Text(
    en="--evidence {given} is no choice. Write all, none, or PARCEL= and then all, "
    "none or numbers of entries with commas.",
    zh="--evidence {given} 无法识别。请写 all、none，或“地块编号=”后接 all、none "
    "或以逗号分隔的佐证编号。",
)
_NO_VERSION = Text(
    en="--seen {given} names no version. Write PARCEL=VERSION, such as A-1=3.",
    zh="--seen {given} 未注明版本。请写作“地块编号=版本号”，如 A-1=3。",
)


def chosen_evidence(
    given: Sequence[str], children: Sequence[str], known: pd.DataFrame
) -> dict[str, tuple[str, ...]]:
    """Read which evidence of the old parcels holds of which new one.

    Parameters
    ----------
    given
        ``all``, ``none``, or ``PARCEL=`` with all, none or numbers of entries.
    children
        Numbers of the new parcels.
    known
        The evidence about the old parcels themselves.

    Returns
    -------
    chosen
        Numbers of entries by new parcel; none for those that are not named.

    Raises
    ------
    UsageError
        A choice cannot be read, or is for a parcel that is not made.
    """
    chosen: dict[str, tuple[str, ...]] = dict.fromkeys(children, ())
    for choice in given:
        child, is_named, wanted = choice.rpartition("=")
        entries = _entries(choice, wanted, known, is_named=bool(is_named))
        if not is_named:
            chosen = dict.fromkeys(children, entries)
        elif child in chosen:
            chosen[child] = (*chosen[child], *entries)
        else:
            facts = {"child": child, "children": ", ".join(children)}
            raise UsageError(_NO_CHILD.format(given=choice, **facts))
    return chosen


def ask_for_evidence(
    parents: Sequence[str],
    child: str,
    known: pd.DataFrame,
    catalogues: Catalogues,
) -> None:
    """Refuse to go on where there is evidence to choose from and nothing was chosen.

    Parameters
    ----------
    parents
        Numbers of the old parcels.
    child
        A new parcel, as an example.
    known
        The evidence about the old parcels themselves.
    catalogues
        For the words of the items.

    Raises
    ------
    UsageError
        There is some.
    """
    if known.empty:
        return
    items = catalogues.readiness.items
    shown = [
        _ENTRY.format(key=key, item=items[item].text if item in items else item)
        for key, item in zip(known["evidence_id"], known["item"], strict=True)
    ][:_SHOWN]
    more = " …" if len(known) > _SHOWN else ""
    entries = Text(
        en=", ".join(text.en for text in shown) + more,
        zh="、".join(text.zh for text in shown) + more,
    )
    facts = {"parents": ", ".join(parents), "first": known["evidence_id"].iloc[0]}
    raise UsageError(
        _CHOOSE.format(count=len(known), entries=entries, child=child, **facts)
    )


def seen_versions(given: Sequence[str]) -> dict[str, int] | None:
    """Read versions of several parcels.

    Parameters
    ----------
    given
        ``PARCEL=VERSION`` each.

    Returns
    -------
    versions
        By parcel; None where none was given.

    Raises
    ------
    UsageError
        One cannot be read.
    """
    versions = {}
    for pair in given:
        parcel_id, _, number = pair.rpartition("=")
        if not parcel_id or not number.isdecimal():
            raise UsageError(_NO_VERSION.format(given=pair))
        versions[parcel_id] = int(number)
    return versions or None


def _entries(
    choice: str, wanted: str, known: pd.DataFrame, *, is_named: bool
) -> tuple[str, ...]:
    if wanted == _ALL:
        return tuple(map(str, known["evidence_id"]))
    if wanted == _NONE:
        return ()
    entries = tuple(word.strip() for word in wanted.split(",") if word.strip())
    if not is_named or not entries:
        raise UsageError(_NO_CHOICE.format(given=choice))
    return entries
