-- Purpose: what assertions and vouched links join, limits ignored. A dissolved neighbourhood starts from single identifiers.
-- Reads: work_identifiers, work_links, work_assertions, links. Writes: work_identifiers.new_core_id.
CREATE FUNCTION connect_cores() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE work_edges, work_labels;
    INSERT INTO work_edges
    SELECT DISTINCT x, y
    FROM (
        SELECT CASE WHEN a.dissolved THEN a.identifier_id ELSE a.core_id END AS x,
               CASE WHEN b.dissolved THEN b.identifier_id ELSE b.core_id END AS y
        FROM joining_links() j
        JOIN work_identifiers a ON a.identifier_id = j.a_id
        JOIN work_identifiers b ON b.identifier_id = j.b_id
        WHERE j.vouched
    ) e
    WHERE x <> y;
    PERFORM find_components();

    UPDATE work_identifiers w SET new_core_id = coalesce(l.label, n.node)
    FROM (SELECT identifier_id, CASE WHEN dissolved THEN identifier_id ELSE core_id END AS node FROM work_identifiers) n
    LEFT JOIN work_labels l ON l.node = n.node
    WHERE w.identifier_id = n.identifier_id;
END $$;
