# Phase 2, dimensions that a slice fixes: copied to the observations of the slice, whatever the attachment says.
# https://www.w3.org/TR/vocab-data-cube/#normalize-algorithm
PREFIX qb: <http://purl.org/linked-data/cube#>

INSERT { ?observation ?dimension ?value }
WHERE {
  ?component qb:componentProperty ?dimension .
  ?dimension a qb:DimensionProperty .
  ?dataset qb:structure/qb:component ?component ; qb:slice ?slice .
  ?slice ?dimension ?value ; qb:observation ?observation
}
