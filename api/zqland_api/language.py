"""Choose the language of an answer."""

from __future__ import annotations

import locale
import os
from typing import TYPE_CHECKING

from zqland.text import Language

if TYPE_CHECKING:
    from collections.abc import Mapping


def from_accept_language(header: str, *, default: Language) -> Language:
    """Choose a language from the header ``Accept-Language``.

    Parameters
    ----------
    header
        The header's value; may be empty.
    default
        What to take where neither Chinese nor English is asked for.

    Returns
    -------
    language
        The language of the highest weight.

    Examples
    --------
    >>> from_accept_language("fr, en;q=0.4, zh-CN;q=0.9", default=Language.EN).value
    'zh'
    """
    best, best_weight = default, 0.0
    for part in header.split(","):
        tag, _, parameters = part.partition(";")
        name = tag.strip().lower().split("-")[0]
        weight = _weight(parameters)
        if name in set(Language) and weight > best_weight:
            best, best_weight = Language(name), weight
    return best


def of_terminal(environment: Mapping[str, str] | None = None) -> Language:
    """Choose the language of the terminal.

    Parameters
    ----------
    environment
        The environment variables; those of the process where not given.

    Returns
    -------
    language
        ``ZQLAND_LANGUAGE``, else Chinese where the locale is Chinese, else English.

    Examples
    --------
    >>> of_terminal({"LANG": "zh_CN.UTF-8"}).value
    'zh'
    >>> of_terminal({"LANG": "de_DE.UTF-8"}).value
    'en'
    """
    variables = os.environ if environment is None else environment
    named = variables.get("ZQLAND_LANGUAGE", "").lower()
    if named in set(Language):
        return Language(named)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if variables.get(name):
            return _of_locale(variables[name])
    return _of_locale(locale.getlocale()[0] or "")


def _of_locale(name: str) -> Language:
    is_chinese = name.lower().startswith(("zh", "chinese"))
    return Language.ZH if is_chinese else Language.EN


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
