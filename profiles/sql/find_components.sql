-- Purpose: connected components of work_edges: each node that isn't the smallest of its component, with the smallest as label.
-- Method: contraction. Each round points every node at its smallest neighbour that is smaller, follows the pointers to their
-- ends, and goes on with the other edges where their ends differ; 3 to 5 rounds, where a recursive query walks whole components.
-- Reads: work_edges of round 0, x < y. Writes: work_labels, work_edges of later rounds.
-- Cost: an edge that a pointer was made of is done with; only what a node has beyond it is looked at again.
CREATE FUNCTION find_components() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    this int := 0;
BEGIN
    LOOP
        INSERT INTO work_labels (node, label, round, pass, others)
        SELECT y, min(x), this, 0, CASE WHEN count(*) > 1 THEN array_agg(x) END
        FROM work_edges WHERE round = this
        GROUP BY y;
        EXIT WHEN NOT FOUND;
        ANALYZE work_labels (node, label);
        PERFORM follow_labels(this);

        INSERT INTO work_edges
        SELECT DISTINCT this + 1, least(e.label, coalesce(o.label, e.other)), greatest(e.label, coalesce(o.label, e.other))
        FROM (SELECT label, unnest(others) AS other FROM work_labels WHERE round = this AND others IS NOT NULL) e
        LEFT JOIN work_labels o ON o.node = e.other
        WHERE e.label <> coalesce(o.label, e.other);
        this := this + 1;
    END LOOP;
END $$;
