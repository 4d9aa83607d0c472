"""Sentences that exist in Chinese and in English."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """The languages that a user can read."""

    ZH = "zh"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in both languages, with places for facts.

    Attributes
    ----------
    en
        The English sentence, a ``str.format`` template.
    zh
        The Chinese sentence, with the same places.

    Examples
    --------
    >>> text = Text(en="{count} parcels", zh="{count}宗地块")
    >>> text.format(count=3).in_language(Language.ZH)
    '3宗地块'
    """

    en: str
    zh: str

    def format(self, **facts: object) -> Text:
        """Put facts into both sentences; a fact that is a Text is put in translated."""
        return Text(
            en=self.en.format(**_in_language(facts, Language.EN)),
            zh=self.zh.format(**_in_language(facts, Language.ZH)),
        )

    def in_language(self, language: Language | str) -> str:
        """Return the sentence in one language."""
        return self.zh if Language(language) is Language.ZH else self.en

    def __str__(self) -> str:
        """Return the English sentence."""
        return self.en


def _in_language(facts: dict[str, object], language: Language) -> dict[str, object]:
    return {
        name: fact.in_language(language) if isinstance(fact, Text) else fact
        for name, fact in facts.items()
    }
