"""Queries that hide a SERVICE clause from who reads carelessly."""

from __future__ import annotations

SERVICES = [
    "SERVICE <http://e/> { ?s ?p ?o }",
    "SERVICE SILENT <http://e/> { ?s ?p ?o }",
    "sErViCe\n\tsilent ex:a{ ?s ?p ?o }",
    "SERVICE#not a comment to the keyword\n<http://e/>#nor here\n{ ?s ?p ?o }",
    "SERVICE?x{ ?s ?p ?o }",
    "SERVICE:x{ ?s ?p ?o }",
    "SERVICEex:a{ ?s ?p ?o }",
    "SERVICESILENT<http://e/>{ ?s ?p ?o }",
    "SERVICE SILENTex:a{ ?s ?p ?o }",
    "?s ?p 1SERVICE<http://e/>{ ?s ?p ?o }",
    "?s ?p 1.SERVICE<http://e/>{ ?s ?p ?o }",
    "?s ?p trueSERVICE<http://e/>{ ?s ?p ?o }",
    "?s ?p true.SERVICE:x{ ?s ?p ?o }",
    "?s ?p 'x'@en.SERVICE<http://e/>{ ?s ?p ?o }",
    "?s ?p 'it''s'. SERVICE <http://e/> { }",
    "?s ?p '\\'' . SERVICE <http://e/> { ?s ?p '' }",
    "?s ?p ''' ' '' ''' . SERVICE <http://e/> { ?s ?p '''''' }",
    "?s ?p <http://e/'> . SERVICE <http://e/'> { ?s ?p ?o }",
    "?s ?p <http://e/#> . SERVICE <http://e/#> { ?s ?p ?o }",
    "?s ?p ex:it\\'s . SERVICE <http://e/> { ?s ?p ex:it\\'s }",
    "?s ?p ?o FILTER(?o<'x>') SERVICE <http://e/'a> { }",
    "?s ?p ?o FILTER(?o<?s#x> '''\n) SERVICE <http://e/> { } #'''",
    "{ SELECT * { FILTER EXISTS { SERVICE <http://e/> { ?s ?p ?o } } } }",
    "\\u0053ERVICE <http://e/> { ?s ?p ?o }",
]

DECLARED = "PREFIX : <http://y/> PREFIX ex: <http://x/> PREFIX service: <http://z/>\nSELECT * WHERE {"
