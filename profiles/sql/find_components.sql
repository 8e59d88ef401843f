-- Purpose: connected components of work_edges; each node's label is the smallest node it is connected to.
-- Method: contraction. Each round points every node at its smallest neighbour, follows the pointers to their ends, and goes on
-- with the edges between different ends; 3 to 5 rounds, where a recursive query walks whole components.
-- Reads: work_edges of round 0. Writes: work_labels, work_edges of later rounds.
CREATE FUNCTION find_components() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    this int := 0;
BEGIN
    ANALYZE work_edges;
    INSERT INTO work_labels
    SELECT node, least(node, min(other))
    FROM (SELECT x AS node, y AS other FROM work_edges UNION ALL SELECT y, x FROM work_edges) e
    GROUP BY node;
    ANALYZE work_labels;
    LOOP
        PERFORM follow_labels();
        INSERT INTO work_edges
        SELECT DISTINCT this + 1, a.label, b.label
        FROM work_edges e JOIN work_labels a ON a.node = e.x JOIN work_labels b ON b.node = e.y
        WHERE e.round = this AND a.label <> b.label;
        EXIT WHEN NOT FOUND;
        this := this + 1;
        UPDATE work_labels l SET label = s.smallest
        FROM (
            SELECT node, min(other) AS smallest
            FROM (SELECT round, x AS node, y AS other FROM work_edges UNION ALL SELECT round, y, x FROM work_edges) e
            WHERE round = this
            GROUP BY node
        ) s
        WHERE l.node = s.node AND s.smallest < l.label;
    END LOOP;
END $$;
