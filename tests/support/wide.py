"""The tiny publication with figures of every power of ten, period and letter: two of its releases, one after the other.

What is said here is what a source may say: amounts that differ by a factor of a million in one indicator, a range in
milliards, a value that lost its label in thousands, periods of every form, places that begin with every odd letter.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from conftest import TINY

PERIODS = ("unknown", "2020--", "2019", "2020-03", "1984~1986", "2020-05-19", "2025--2040", "2020", "--2018")
IN_TIME = ("--2018", "1984~1986", "2019", "2020", "2020--", "2020-03", "2020-05-19", "2025--2040", "unknown")
PLACES = {"alta": "Alta", "aas": "Ås", "aerfugl": "Ærfugl", "oyer": "Øyer", "zakken": "Zakken", "ekern": "Ékern",
          "aasen": "Aasen"}
IN_BOKMAL = ("Alta", "Ékern", "Zakken", "Ærfugl", "Øyer", "Ås", "Aasen")
IN_ENGLISH = ("Aasen", "Ærfugl", "Alta", "Ås", "Ékern", "Øyer", "Zakken")

_UNITS = {"utgifter": "nok", "utslipp": "tonne", "andel": "percent", "innbyggere": "number", "serie": "number"}
_NOTE = {"nb": "Etiketten står et annet sted.", "en": "The label stands elsewhere."}


def wide(folder: Path, budget: str = "1.5") -> Path:
    """The publication in a folder; `budget` is what the smallest of its budgets has, in millions."""
    place = Path(shutil.copytree(TINY, folder / "wide"))
    about = (place / "publication.yaml").read_text("utf-8").replace("slug: tiny", "slug: wide")
    (place / "publication.yaml").write_text(about.replace("org/lillevik/", "org/wide/"), "utf-8")
    areas = yaml.safe_load((place / "areas.yaml").read_text("utf-8"))
    areas |= {slug: {"label": {"nb": name, "en": name}, "type": "municipality", "part-of": "norge"}
              for slug, name in PLACES.items()}
    _write(place / "areas.yaml", areas)
    _write(place / "indicators" / "wide.yaml", {
        slug: {"label": {"nb": slug.capitalize(), "en": f"Measure {slug}"}, "unit": unit}
        for slug, unit in _UNITS.items()})
    _write(place / "statistics" / "wide.yaml", dict(_figures(budget)))
    return place


def _figures(budget: str) -> list[tuple[str, dict[str, object]]]:
    def figure(slug: str, printed: str, certainty: str = "certain", **said: object) -> tuple[str, dict[str, object]]:
        mention: dict[str, object] = {"theme": "ren-energi", "lines": "55", "as": printed, "certainty": certainty,
                                      "area-basis": "stated"}
        if certainty != "certain":
            mention["note"] = dict(_NOTE)  # one object twice would be an alias
        return slug, {"kind": "observation", "area": "lillevik", "period": "2024", **said, "mentions": [mention]}

    money = {"indicator": "utgifter"}
    return [
        figure("utgifter-lillevik", f"{budget} mill.", **money, value=budget, multiplier="6"),
        figure("utgifter-norge", "om lag 15 milliarder kroner", **money, value="15", multiplier="9", area="norge",
               qualifier="about"),
        figure("utgifter-2023", "900 tusen", "likely", **money, value="900", multiplier="3", period="2023"),
        figure("utgifter-2022", "1 250 000 kroner", **money, value="1250000", period="2022"),
        figure("utgifter-2030", "nesten 0,9 mrd.", "uncertain", **money, value="0.9", multiplier="9", period="2030",
               kind="projection", qualifier="nearly"),
        figure("spenn", "1,5–2,5 milliarder", **money, lower="1.5", upper="2.5", multiplier="9", period="2031",
               kind="projection", **{"not-observed": "range"}),
        figure("uten-etikett", "12 tusen", "uncertain", value="12", multiplier="3", period="unknown",
               **{"not-observed": "unassigned"}),
        figure("utslipp-lillevik", "0,3333 tusen tonn", indicator="utslipp", value="0.3333", multiplier="3"),
        figure("utslipp-norge", "50 millioner tonn", indicator="utslipp", value="50", multiplier="6", area="norge"),
        figure("nedgang", "−3,4 %", indicator="andel", value="-3.4"),
        figure("flere", "flere tusen", indicator="innbyggere", **{"not-observed": "no-number"}),
        *(figure(f"folk-{slug}", f"{number} innbyggere", indicator="innbyggere", value=str(number), area=slug)
          for number, slug in enumerate(PLACES, 11)),
        *(figure(f"serie-{number}", str(100 + number), indicator="serie", value=str(100 + number), period=period)
          for number, period in enumerate(PERIODS)),
    ]


def _write(file: Path, said: object) -> None:
    file.write_text(yaml.safe_dump(said, allow_unicode=True, sort_keys=False), "utf-8")
