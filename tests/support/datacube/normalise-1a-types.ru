# Phase 1, types: whatever is used as an observation, a data set or a slice gets the class that its use implies.
# https://www.w3.org/TR/vocab-data-cube/#normalize-algorithm
PREFIX qb: <http://purl.org/linked-data/cube#>

INSERT { ?observation a qb:Observation }
WHERE  { ?group qb:observation ?observation } ;

INSERT { ?observation a qb:Observation . ?dataset a qb:DataSet }
WHERE  { ?observation qb:dataSet ?dataset } ;

INSERT { ?slice a qb:Slice }
WHERE  { ?dataset qb:slice ?slice }
