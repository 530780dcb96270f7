"""What stands before Flask in each web process (granian's RSGI), and is fast.

    front.py      takes each request: what is against it, what was answered before, what is answered at once or made
    head.py       what is against a request for its head alone;  body.py  reads its body
    keys.py       what an answer is kept by;  cache.py  answers that were given already
    making.py     answers made in threads, in turns;  aside.py, batches.py  batches, in a process of their own
    sending.py    sends what was kept or made;  spool.py  big answers on their way out, in files
    rsgi.py       what granian hands over as a request, and an answer as what it sends
    refusals.py   what is refused, as the application would say it;  advice.py  what is said of proxies and settings
    access.py     the access log and the names of requests;  counters.py  what /metrics tells, over all processes
    memory.py     gives memory back
"""
