-- Purpose: limits ignored, what assertions and vouched links join (cores), and what all links in play and assertions join
-- (neighbourhoods). A dissolved neighbourhood starts from single identifiers, any other from what it was.
-- Reads: work_joins, joining_links(), work_named, work_loaded. Writes: work_identifiers.
CREATE FUNCTION connect() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    others_join boolean := EXISTS (SELECT FROM work_assertions) OR EXISTS (SELECT FROM work_loaded WHERE dissolved);
BEGIN
    TRUNCATE work_cores, work_edges, work_labels;
    PERFORM follow_dissolved();

    INSERT INTO work_edges
    SELECT 0, least(core_a, core_b), greatest(core_a, core_b)
    FROM work_joins WHERE held IS NULL AND (is_new OR newly_vouched) AND vouched AND core_a <> core_b;
    IF others_join THEN
        INSERT INTO work_edges
        SELECT 0, least(core_a, core_b), greatest(core_a, core_b) FROM joining_links() WHERE vouched AND core_a <> core_b;
    END IF;
    PERFORM find_components();
    INSERT INTO work_cores SELECT node, label FROM work_labels;

    TRUNCATE work_edges, work_labels;
    INSERT INTO work_edges
    SELECT 0, least(a, b), greatest(a, b) FROM work_joins WHERE held IS NULL AND (is_new OR newly_vouched) AND a <> b;
    IF others_join THEN
        INSERT INTO work_edges SELECT 0, least(a, b), greatest(a, b) FROM joining_links() WHERE a <> b;
    END IF;
    PERFORM find_components();
    PERFORM label_identifiers();
END $$;
