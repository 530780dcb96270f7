# Phase 1, properties: qb:dimension, qb:measure and qb:attribute imply qb:componentProperty and a class of property.
# (qb:measureDimension is left alone, as in the Recommendation: a cube that uses it states qb:componentProperty too.)
# https://www.w3.org/TR/vocab-data-cube/#normalize-algorithm
PREFIX qb: <http://purl.org/linked-data/cube#>

INSERT { ?component qb:componentProperty ?property . ?property a qb:DimensionProperty }
WHERE  { ?component qb:dimension ?property } ;

INSERT { ?component qb:componentProperty ?property . ?property a qb:MeasureProperty }
WHERE  { ?component qb:measure ?property } ;

INSERT { ?component qb:componentProperty ?property . ?property a qb:AttributeProperty }
WHERE  { ?component qb:attribute ?property }
