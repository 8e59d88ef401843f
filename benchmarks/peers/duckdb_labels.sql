-- Purpose: connected components of all events by label propagation, from nothing: a full recompute.
-- Reads: the events as text, one line each, identifiers apart by 0x1f. Writes: nodes, links, labels.
CREATE TABLE combinations AS
SELECT row_number() OVER () AS combination_id, string_split(identifiers, chr(31)) AS identifiers
FROM (SELECT DISTINCT identifiers FROM read_csv($file, header = false, columns = {'identifiers': 'VARCHAR'}, quote = '', escape = '', delim = '\t'));

CREATE TABLE nodes AS
SELECT row_number() OVER () AS node, identifier
FROM (SELECT DISTINCT unnest(identifiers) AS identifier FROM combinations);

CREATE TABLE links AS
WITH members AS (
    SELECT m.combination_id, n.node
    FROM (SELECT combination_id, unnest(identifiers) AS identifier FROM combinations WHERE len(identifiers) > 1) m
    JOIN nodes n USING (identifier)
), stars AS (
    SELECT DISTINCT min(node) OVER (PARTITION BY combination_id) AS x, node AS y FROM members
)
SELECT x, y FROM stars WHERE x <> y UNION ALL SELECT y, x FROM stars WHERE x <> y;

CREATE TABLE labels AS SELECT node, node AS label FROM nodes;
