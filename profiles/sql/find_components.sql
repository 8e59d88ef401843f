-- Purpose: connected components of work_edges; each node's label is the smallest node it is connected to.
-- Method: contraction. Each round points every node at its smallest neighbour, follows the pointers to their ends,
-- replaces the ends of edges by them and drops loops; 3 to 5 rounds, where a recursive query walks whole components.
-- Writes: work_labels; leaves work_edges empty.
CREATE FUNCTION find_components() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO work_labels SELECT x, x FROM work_edges UNION SELECT y, y FROM work_edges;
    ANALYZE work_edges, work_labels;
    WHILE EXISTS (SELECT FROM work_edges) LOOP
        UPDATE work_labels l SET label = s.smallest
        FROM (
            SELECT node, min(other) AS smallest
            FROM (SELECT x AS node, y AS other FROM work_edges UNION ALL SELECT y, x FROM work_edges) e
            GROUP BY node
        ) s
        WHERE l.node = s.node AND s.smallest < l.node;
        PERFORM follow_labels();
        UPDATE work_edges e SET x = a.label, y = b.label
        FROM work_labels a, work_labels b
        WHERE a.node = e.x AND b.node = e.y;
        DELETE FROM work_edges WHERE x = y;
    END LOOP;
END $$;
