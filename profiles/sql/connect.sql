-- Purpose: limits ignored, what assertions and vouched links join (cores), and what all links in play and assertions join
-- (neighbourhoods). A dissolved neighbourhood starts from single identifiers, any other from what it was.
-- Reads: work_identifiers, joining links. Writes: work_identifiers.new_core_id, new_neighbourhood_id, new_profile_id.
-- Cost: one write of an identifier for both.
CREATE FUNCTION connect() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE work_joins, work_cores, work_edges, work_labels;
    INSERT INTO work_joins
    SELECT j.vouched, a.new_core_id, b.new_core_id, a.new_neighbourhood_id, b.new_neighbourhood_id
    FROM joining_links() j
    JOIN work_identifiers a ON a.identifier_id = j.a_id
    JOIN work_identifiers b ON b.identifier_id = j.b_id;

    INSERT INTO work_edges SELECT DISTINCT core_a, core_b FROM work_joins WHERE vouched AND core_a <> core_b;
    PERFORM find_components();
    INSERT INTO work_cores SELECT node, label FROM work_labels WHERE label <> node;

    TRUNCATE work_labels;
    INSERT INTO work_edges SELECT DISTINCT a, b FROM work_joins WHERE a <> b;
    PERFORM find_components();
    ANALYZE work_cores;

    UPDATE work_identifiers w
    SET new_core_id = coalesce(c.label, w.new_core_id), new_neighbourhood_id = coalesce(n.label, w.new_neighbourhood_id),
        new_profile_id = coalesce(n.label, w.new_neighbourhood_id)
    FROM work_identifiers i
    LEFT JOIN work_cores c ON c.node = i.new_core_id
    LEFT JOIN work_labels n ON n.node = i.new_neighbourhood_id AND n.label <> n.node
    WHERE w.identifier_id = i.identifier_id
      AND (c.label IS NOT NULL OR n.label IS NOT NULL OR (i.loaded AND i.new_profile_id <> i.new_neighbourhood_id));
END $$;
