"""What stands before Flask in each web process (granian's RSGI), and is fast.

    front.py      takes each request: limits, what was answered before, the fast twins, else Flask
    direct.py     plain descriptions, the twin of the views in `descriptions`
    endpoint.py   queries, the twin of the view in `sparql`
    wsgi.py       calls Flask
    cache.py      answers that were given already;  named.py  request ids;  fairuse.py  limits for a client
    counters.py   what /metrics tells, over all processes;  memory.py  gives memory back
    spool.py       big answers on their way out, in files
"""
