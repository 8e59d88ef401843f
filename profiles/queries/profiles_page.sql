-- Purpose: the next profiles, newest first, out of a bounded stretch of the table, so that a filter few profiles pass
-- costs no more than one all pass. A profile is named by its smallest identifier.
-- Reads: identifiers, kinds, links. Cost: at most `stretch` rows of the primary key, whatever the size of the table.
SELECT p.identifier_id AS profile_id
FROM (
    SELECT identifier_id, profile_id, kind_id, vouched
    FROM identifiers
    WHERE identifier_id < %(before)s
    ORDER BY identifier_id DESC
    LIMIT %(stretch)s
) p
WHERE p.identifier_id = p.profile_id
  AND (%(kind)s = '' OR EXISTS (
        SELECT FROM kinds k
        WHERE k.name = %(kind)s AND (k.kind_id = p.kind_id OR EXISTS (
            SELECT FROM identifiers m
            WHERE m.profile_id = p.identifier_id AND m.profile_id <> m.identifier_id AND m.kind_id = k.kind_id))))
  AND (%(who)s = '' OR (%(who)s = 'known') = (
        EXISTS (SELECT FROM kinds k WHERE k.known AND k.kind_id = p.kind_id)
        OR EXISTS (
            SELECT FROM identifiers m JOIN kinds k USING (kind_id)
            WHERE m.profile_id = p.identifier_id AND m.profile_id <> m.identifier_id AND k.known)))
  AND (NOT %(joined)s OR EXISTS (
        SELECT FROM identifiers m WHERE m.profile_id = p.identifier_id AND m.profile_id <> m.identifier_id))
  AND (NOT %(held)s OR EXISTS (
        SELECT FROM (SELECT p.identifier_id UNION ALL
                     SELECT m.identifier_id FROM identifiers m
                     WHERE m.profile_id = p.identifier_id AND m.profile_id <> m.identifier_id) i
        WHERE EXISTS (SELECT FROM links l WHERE l.a_id = i.identifier_id AND l.held IS NOT NULL)
           OR EXISTS (SELECT FROM links l WHERE l.b_id = i.identifier_id AND l.held IS NOT NULL)))
  AND (%(purpose)s = '' OR EXISTS (
        SELECT FROM consent_of(ARRAY[p.identifier_id]) c WHERE c.purpose = %(purpose)s AND c.granted))
ORDER BY p.identifier_id DESC
LIMIT %(limit)s
