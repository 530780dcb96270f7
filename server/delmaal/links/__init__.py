"""Links from a publication to the vocabularies of others: proposed from snapshots, and checked against them.

    vocabularies.py  VOCABULARIES: where links lead
    snapshots.py     reads what somebody has fetched, RDF;  tables.py  CSV and JSON
    places.py        FIELDS: where links stand in the sources
    checks.py        what is wrong with those that stand there
    proposals.py     which others may fit
    writing.py       proposals as lines of YAML and as a patch

Nothing is fetched and nothing is written: a proposal becomes a link when an editor says so.
"""

from delmaal.links.checks import Checked, LinkFinding, check
from delmaal.links.places import FIELDS, Link, Record, links_of, records_of
from delmaal.links.proposals import GROUNDS, LEAST, Proposal, propose
from delmaal.links.snapshots import Entry, Snapshots, read_snapshot, snapshot_files
from delmaal.links.vocabularies import VOCABULARIES, Vocabulary, vocabulary_of
from delmaal.links.writing import patch, yaml_lines

__all__ = [
    "FIELDS",
    "GROUNDS",
    "LEAST",
    "VOCABULARIES",
    "Checked",
    "Entry",
    "Link",
    "LinkFinding",
    "Proposal",
    "Record",
    "Snapshots",
    "Vocabulary",
    "check",
    "links_of",
    "patch",
    "propose",
    "read_snapshot",
    "records_of",
    "snapshot_files",
    "vocabulary_of",
    "yaml_lines",
]
