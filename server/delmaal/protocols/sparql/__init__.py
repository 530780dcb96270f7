"""The SPARQL endpoint, its editor and its worked examples.

    operation.py   a request read as the protocol says;  view.py  what Flask answers
    editor.py      the page;  completion.py  what it completes;  phrases.py  its words
    examples.py    the queries in `protocols/queries`, as pages and as resources
    snippets.py    programs that ask a query
"""
