"""The engine is a seam: an embedded store, or any SPARQL 1.1 store; each passes the same tests.

    embedded.py    opens a release's own store, which the keeper's children evaluate queries on
    remote.py      asks a remote store, through wire.py and replies.py; clauses.py finds the graphs that a query names
    push.py        fills a remote store graph by graph, store.py being its Graph Store Protocol and dump.py what is sent

It answers queries. Descriptions need none: they are looked up in the release's sorted dump, which every server of a
release has, whatever its engine.
"""
