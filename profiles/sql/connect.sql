-- Purpose: limits ignored, what assertions and vouched links join (cores), and what all links in play and assertions join
-- (neighbourhoods). A dissolved neighbourhood starts from single identifiers, any other from what it was.
-- Reads: work_links, joining_links(), work_named, work_loaded. Writes: work_identifiers.
CREATE FUNCTION connect() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM follow_dissolved();
    IF EXISTS (SELECT FROM work_assertions) OR EXISTS (SELECT FROM work_loaded WHERE dissolved) THEN
        INSERT INTO work_edges SELECT * FROM joining_links();
    END IF;
    PERFORM find_components();
    PERFORM label_identifiers();
END $$;
