"""Releases that were: their pages, Memento, diffs, the change feed, and what is said of what has left.

    past.py     opens them;  view.py  /release/…;  diffs.py  /release/<id>/diff/<id>
    memento.py  datetime negotiation and TimeMaps (RFC 7089);  feed.py  the Linked Data Event Stream
    gone.py     410 with the last release;  words.py  the words of the pages
"""
