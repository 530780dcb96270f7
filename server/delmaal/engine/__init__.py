"""The engine is a seam: an embedded store, or any SPARQL 1.1 store; each passes the same tests.

    embedded.py    opens a release's own store, which the keeper's children evaluate queries on
    writing.py     writes what either found, in the format that was asked for
    remote.py      asks a remote store; clauses.py finds the graphs that a query names, replies.py says what an answer
                   is worth, wrapper.py is SPARQLWrapper for queries of our own
    push.py        fills a remote store, through store.py, its Graph Store Protocol; dump.py is what is sent,
                   probe.py finds out a store that cuts, rewrites.py says what is the same although it differs
    client.py      carries all of it, the one HTTP client: login.py says who we are, wire.py has the sockets

It answers queries. Descriptions need none: they are looked up in the release's sorted dump, which every server of a
release has, whatever its engine.
"""
