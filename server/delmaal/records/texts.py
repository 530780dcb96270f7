"""What every record is made of: Marks, texts in both languages, runs of lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from delmaal.errors import Mark

WHOLE = "*"
"""Stands for all fields of a record that was refused as a whole."""


@dataclass(slots=True)
class Marks:
    """The Marks of a record and its fields; `refused` names the fields whose values are unknown after a mistake.

    They are not frozen as their record is: a later check still refuses what leads nowhere.
    """

    record: Mark
    fields: Mapping[str, Mark] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)

    def at(self, name: str) -> Mark:
        """The Mark of a field; of the field above it, or of the record, where it has none."""
        while name:
            if name in self.fields:
                return self.fields[name]
            name = name.rpartition(".")[0]
        return self.record

    def lacks(self, *names: str) -> bool:
        """Whether any of the fields is unknown because a reader refused it, or refused the record as a whole."""
        return WHOLE in self.refused or not self.refused.isdisjoint(names)

    def refuse(self, name: str) -> None:
        """Count a field as unknown: what it says was found to lead nowhere."""
        self.refused.add(name)

    def texts(self, name: str) -> dict[str, Mark]:
        """The Marks of a text's languages."""
        return {language: self.at(f"{name}.{language}") for language in ("nb", "en")}


@dataclass(frozen=True, slots=True, order=True)
class Text:
    """The same text in bokmål and English."""

    nb: str
    en: str

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> Text:
        """The text of a map from language to string."""
        return cls(texts["nb"], texts["en"])

    def items(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Pairs of language and text."""
        return ("nb", self.nb), ("en", self.en)

    def within(self, language: str) -> str:
        """The text in a language, English where there is no other."""
        return self.nb if language == "nb" and self.nb else self.en


Lines = tuple[tuple[int, int], ...]
"""Runs of source lines: first and last, counted from 1, inclusive."""
