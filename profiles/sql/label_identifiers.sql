-- Purpose: each identifier at hand with its core and neighbourhood as they are now, and as a first answer one profile for each
-- neighbourhood that is loaded. Called again for what is loaded later.
-- Reads: work_named, work_loaded, work_cores, work_labels. Writes: work_identifiers. Cost: one write of an identifier.
CREATE FUNCTION label_identifiers() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO work_identifiers
    SELECT w.identifier_id, w.kind_id, w.value, w.arrived, w.loaded, w.newly_vouched, w.vouched, w.was_standing, w.standing,
           w.core_id, w.neighbourhood_id, w.profile_id,
           coalesce(c.label, w.from_core_id), coalesce(n.label, w.from_neighbourhood_id),
           CASE WHEN w.loaded THEN coalesce(n.label, w.from_neighbourhood_id) ELSE w.profile_id END
    FROM (
        SELECT w.*, w.arrived OR l.neighbourhood_id IS NOT NULL AS loaded,
               CASE WHEN l.dissolved THEN w.identifier_id ELSE w.core_id END AS from_core_id,
               CASE WHEN l.dissolved THEN w.identifier_id ELSE w.neighbourhood_id END AS from_neighbourhood_id
        FROM work_named w
        LEFT JOIN (SELECT neighbourhood_id, bool_or(dissolved) AS dissolved FROM work_loaded WHERE part IS DISTINCT FROM 'nothing' GROUP BY 1) l USING (neighbourhood_id)
        WHERE NOT EXISTS (SELECT FROM work_identifiers i WHERE i.identifier_id = w.identifier_id)
    ) w
    LEFT JOIN work_cores c ON c.node = w.from_core_id
    LEFT JOIN work_labels n ON n.node = w.from_neighbourhood_id;
    PERFORM sample_work('work_identifiers');
END $$;
