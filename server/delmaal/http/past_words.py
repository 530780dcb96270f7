"""The words of the pages about releases, in bokmål and English."""

from __future__ import annotations

_WORDS: dict[str, tuple[str, str]] = {
    "releases": ("Utgivelser", "Releases"),
    "releases-lead": (
        "Hver utgivelse blir stående som den var, under sitt eget navn. Her er alle, den nyeste først.",
        "Every release stays as it was, under its own name. Here they all are, the newest first."),
    "release": ("Utgivelse", "Release"),
    "time": ("Gjeldende fra", "Current from"),
    "current": ("gjeldende", "current"),
    "dropped": ("ikke lenger tatt vare på", "no longer kept"),
    "changes": ("Endrede ressurser", "Resources changed"),
    "difference": ("Hva som ble endret", "What changed"),
    "as-it-was": ("Les alt som det var", "Read everything as it was"),
    "catalogue": ("Katalogen", "The catalogue"),
    "before": ("Forrige utgivelse", "The release before"),
    "after": ("Neste utgivelse", "The release after"),
    "cite": ("Slik siterer du utgivelsen", "How to cite the release"),
    "files": ("Filer", "Files"),
    "file": ("Fil", "File"),
    "size": ("Størrelse", "Size"),
    "checksum": ("Sjekksum (SHA-256)", "Checksum (SHA-256)"),
    "manifest": ("Manifest", "Manifest"),
    "provenance": ("Proveniens", "Provenance"),
    "report": ("Valideringsrapport", "Validation report"),
    "statements": ("utsagn", "statements"),
    "signed": ("Signert med nøkkel", "Signed with key"),
    "unsigned": ("Utgivelsen er ikke signert.", "The release is not signed."),
    "feed": ("Endringsstrøm (LDES)", "Change feed (LDES)"),
    "part": ("Del", "Part"),
    "class": ("Klasse", "Class"),
    "added": ("nye", "added"),
    "removed": ("fjernet", "removed"),
    "changed": ("endret", "changed"),
    "one-added": ("ny", "added"),
    "one-removed": ("fjernet", "removed"),
    "one-changed": ("endret", "changed"),
    "by-part": ("Utsagn etter del", "Statements by part"),
    "by-class": ("Ressurser etter klasse", "Resources by class"),
    "resources": ("Ressursene", "The resources"),
    "untyped": ("uten klasse", "no class"),
    "none": ("De to utgivelsene har de samme dataene.", "The two releases have the same data."),
    "more": ("og flere, som ikke vises her:", "and more, which are not shown here:"),
    "past": ("Du leser en eldre utgivelse, gjeldende fra", "You are reading an older release, current from"),
    "past-now": ("Slik er det nå", "As it is now"),
    "past-about": ("Om denne utgivelsen", "About this release"),
}

WORDS: dict[str, dict[str, str]] = {
    language: {key: texts[number] for key, texts in _WORDS.items()} for number, language in enumerate(("nb", "en"))
}
