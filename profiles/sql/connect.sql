-- Purpose: limits ignored, what assertions and vouched links join (cores), and what all links in play and assertions join
-- (neighbourhoods). A dissolved neighbourhood starts from single identifiers, any other from what it was.
-- Reads: work_joins, joining_links(). Writes: work_identifiers.new_core_id, new_neighbourhood_id, new_profile_id.
-- Cost: one write of an identifier for both.
CREATE FUNCTION connect() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE work_cores, work_edges, work_labels;
    PERFORM follow_dissolved();

    INSERT INTO work_edges
    SELECT core_a, core_b FROM work_joins WHERE held IS NULL AND (is_new OR newly_vouched) AND vouched AND core_a <> core_b
    UNION
    SELECT core_a, core_b FROM joining_links() WHERE vouched AND core_a <> core_b;
    PERFORM find_components();
    INSERT INTO work_cores SELECT node, label FROM work_labels WHERE label <> node;

    TRUNCATE work_labels;
    INSERT INTO work_edges
    SELECT a, b FROM work_joins WHERE held IS NULL AND (is_new OR newly_vouched) AND a <> b
    UNION
    SELECT a, b FROM joining_links() WHERE a <> b;
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
