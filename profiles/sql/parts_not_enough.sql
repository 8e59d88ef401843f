-- Purpose: after connect(), the neighbourhoods loaded in part that are needed whole: those that got another name or had cores
-- joined, as all their members change; and those without conflicts that may have one now.
-- Reads: work_loaded, work_labels, work_cores, work_identifiers.
CREATE FUNCTION parts_not_enough() RETURNS bigint[] LANGUAGE sql AS $$
    SELECT coalesce(array_agg(l.neighbourhood_id), '{}')
    FROM work_loaded l
    WHERE l.part IS NOT NULL
      AND (l.neighbourhood_id IN (SELECT node FROM work_labels)
           OR l.neighbourhood_id IN (SELECT w.neighbourhood_id FROM work_identifiers w JOIN work_cores c ON c.node = w.core_id
                                     WHERE NOT w.arrived)
           OR (l.part = 'nothing'
               AND (l.neighbourhood_id IN (SELECT w.new_neighbourhood_id
                                           FROM brings_news() JOIN work_identifiers w USING (identifier_id))
                    OR l.neighbourhood_id IN (SELECT n.label FROM work_labels n
                                              JOIN work_identifiers w ON w.neighbourhood_id = n.node
                                              WHERE NOT w.arrived))))
$$;
