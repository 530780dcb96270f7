"""Full-text search over a release: labels, summaries, codes and values, in both languages.

    words.py      what a word is: folded letters, numbers, distance
    kinds.py      KINDS: what can be found, in which order
    resources.py  reads it from the dumps
    build.py      writes `search/`, a cache that is rebuilt from the dumps
    asker.py      makes the queries
    index.py      Search: answers
    contents.py   what an index holds, for `delmaal verify`
    highlight.py  shows where in a text the words stand
"""

from delmaal.search.build import build_search
from delmaal.search.contents import contents
from delmaal.search.index import REACH, Found, Hit, Search
from delmaal.search.kinds import BY_NAME, KINDS, NAMES, Kind

__all__ = ["BY_NAME", "KINDS", "NAMES", "REACH", "Found", "Hit", "Kind", "Search", "build_search", "contents"]
