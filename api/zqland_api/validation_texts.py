"""Why a value was refused, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zqland.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping


class ReasonError(ValueError):
    """A value that one of our own checks refuses, with the reason in two languages.

    It is a plain ValueError, which the validator catches and carries along.
    """

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


FAULTS: dict[str, Text] = {
    "missing": Text(en="is missing", zh="缺失"),
    "extra_forbidden": Text(en="is not known here", zh="不是此处可用的参数"),
    "greater_than": Text(en="must be above {gt}", zh="必须大于 {gt}"),
    "greater_than_equal": Text(en="must be at least {ge}", zh="不得小于 {ge}"),
    "less_than": Text(en="must be below {lt}", zh="必须小于 {lt}"),
    "less_than_equal": Text(en="must be at most {le}", zh="不得大于 {le}"),
    "enum": Text(en="must be one of {expected}", zh="必须是下列之一：{expected}"),
    "literal_error": Text(
        en="must be one of {expected}", zh="必须是下列之一：{expected}"
    ),
    "finite_number": Text(en="must be a finite number", zh="必须是有限数值"),
    "string_too_short": Text(
        en="must have at least {min_length} characters", zh="至少 {min_length} 个字符"
    ),
    "string_too_long": Text(
        en="must have at most {max_length} characters", zh="最多 {max_length} 个字符"
    ),
    "string_pattern_mismatch": Text(
        en="must have the form {pattern}", zh="格式应为 {pattern}"
    ),
    "too_long": Text(
        en="must have at most {max_length} entries", zh="最多 {max_length} 项"
    ),
    "json_invalid": Text(en="is not valid JSON", zh="不是有效的 JSON"),
    "value_error": Text(en="{error}", zh="{error}"),
}
"""Sentences by the type of the validator's fault; the places are its context."""

_BY_BEGINNING: tuple[tuple[str, Text], ...] = (
    ("int", Text(en="must be a whole number", zh="必须是整数")),
    ("float", Text(en="must be a number", zh="必须是数值")),
    ("bool", Text(en="must be true or false", zh="必须是 true 或 false")),
    (
        "date",
        Text(en="must be a date such as 2023-09-05", zh="必须是日期，如 2023-09-05"),
    ),
    ("string", Text(en="must be text", zh="必须是文本")),
    ("model", Text(en="must be an object", zh="必须是对象")),
)

_OTHERWISE = Text(en="cannot be used", zh="无法使用")


def explain_fault(fault: Mapping[str, Any]) -> tuple[str, Text]:
    """Say where a value stands and why it was refused.

    Parameters
    ----------
    fault
        One entry of ``RequestValidationError.errors()``.

    Returns
    -------
    place_and_reason
        Such as ``query.limit`` and "must be at most 1000".

    Examples
    --------
    >>> place, reason = explain_fault(
    ...     {"type": "less_than_equal", "loc": ("query", "limit"), "ctx": {"le": 9}})
    >>> place, reason.zh
    ('query.limit', '不得大于 9')
    """
    place = ".".join(str(step) for step in fault["loc"])
    kind = str(fault["type"])
    template = FAULTS.get(kind)
    if template is None:
        beginnings = (text for start, text in _BY_BEGINNING if kind.startswith(start))
        return place, next(beginnings, _OTHERWISE)
    return place, template.format(**_context(fault))


def _context(fault: Mapping[str, Any]) -> dict[str, object]:
    context = fault.get("ctx") or {}
    error = context.get("error")
    text = getattr(error, "text", None)
    if text is not None:
        return {**context, "error": text}
    return dict(context)
