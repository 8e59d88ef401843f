-- Purpose: give the known cores and neighbourhoods that edges end at their places, from 1 on, in order.
-- within: the neighbourhood that a node is in; of a neighbourhood itself.
-- Reads: edges_at_hand(). Writes: work_places. Returns: how many.
CREATE FUNCTION place_known_nodes(first_arrived bigint) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    known int;
BEGIN
    INSERT INTO work_places
    SELECT node, row_number() OVER (ORDER BY node), min(within)
    FROM (
        SELECT ends.node, ends.within
        FROM (SELECT core_a, a, core_b, b FROM edges_at_hand() WHERE least(core_a, core_b) < first_arrived) e
        CROSS JOIN LATERAL (VALUES (core_a, a), (a, a), (core_b, b), (b, b)) AS ends (node, within)
        WHERE ends.node < first_arrived
    ) nodes
    GROUP BY node;
    GET DIAGNOSTICS known = ROW_COUNT;
    PERFORM sample_work('work_places');
    RETURN known;
END $$;
