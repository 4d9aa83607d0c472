"""What the fields of requests and answers mean, read from the catalogue of columns.

The same catalogue feeds the table schemas and the documentation, so that a column
means the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeVar

from pydantic import BaseModel

from zqland.catalogues import columns

Model = TypeVar("Model", bound=BaseModel)


@cache
def meanings(table: str) -> dict[str, str]:
    """Return the meaning of every column of a table, with its unit.

    Parameters
    ----------
    table
        Name of the table in ``columns.csv``.

    Returns
    -------
    meanings
        English sentence by column.

    Examples
    --------
    >>> meanings("projects")["power_mva"]
    'Power that is needed (MVA).'
    """
    rows = columns()
    rows = rows[rows["table"] == table].fillna("")
    return {
        str(row["column"]): str(row["en"])
        + f" ({row['unit']})" * bool(row["unit"])
        + "."
        for row in rows.to_dict("records")
    }


def described_by(*tables: str) -> Callable[[type[Model]], type[Model]]:
    """Describe the fields of a model that are columns of tables.

    Parameters
    ----------
    *tables
        Tables in which a field is looked up, the first one first. A field that says
        itself what it means keeps its words.
    """

    def describe(model: type[Model]) -> type[Model]:
        for table in reversed(tables):
            for name, text in meanings(table).items():
                field = model.model_fields.get(name)
                if field is not None and not field.description:
                    field.description = text
        model.model_rebuild(force=True)
        return model

    return describe
