"""How search engines and programs find what there is.

    interfaces.py  robots.txt, the API catalogue (RFC 9727);  sitemap.py  sitemap.xml
    citation.py    BibTeX and CSL;  structured.py  schema.org;  offers.py  the data sets that both tell of
"""
