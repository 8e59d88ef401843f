-- Purpose: what assertions and links in play join, limits ignored. A dissolved neighbourhood starts from single identifiers.
-- Reads: work_identifiers, work_links, work_assertions, links. Writes: work_identifiers.new_neighbourhood_id.
CREATE FUNCTION connect_neighbourhoods() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE work_edges, work_labels;
    INSERT INTO work_edges
    SELECT DISTINCT x, y
    FROM (
        SELECT CASE WHEN a.dissolved THEN a.identifier_id ELSE a.neighbourhood_id END AS x,
               CASE WHEN b.dissolved THEN b.identifier_id ELSE b.neighbourhood_id END AS y
        FROM joining_links() j
        JOIN work_identifiers a ON a.identifier_id = j.a_id
        JOIN work_identifiers b ON b.identifier_id = j.b_id
    ) e
    WHERE x <> y;
    PERFORM find_components();

    UPDATE work_identifiers w SET new_neighbourhood_id = coalesce(l.label, n.node), new_profile_id = coalesce(l.label, n.node)
    FROM (
        SELECT identifier_id, CASE WHEN dissolved THEN identifier_id ELSE neighbourhood_id END AS node FROM work_identifiers
    ) n
    LEFT JOIN work_labels l ON l.node = n.node
    WHERE w.identifier_id = n.identifier_id;
END $$;
