-- Purpose: the held links in play between two profiles, of the touched ones or of all. Those of step 2 are the value's matter.
-- Reads: links, identifiers, kinds, review_members. Writes: review_links.
-- Cost: an identifier that is out of play has none, so the links of a value that everybody shares are never walked.
CREATE FUNCTION gather_review_links(everything boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    in_play text[] := (SELECT ARRAY['unvouched', 'separated'] || array_agg('limit ' || name) FROM kinds);
BEGIN
    IF everything THEN
        INSERT INTO review_links
        SELECT l.a_id, l.b_id, least(a.profile_id, b.profile_id), greatest(a.profile_id, b.profile_id), l.event_id, l.vouched, l.held
        FROM links l JOIN identifiers a ON a.identifier_id = l.a_id JOIN identifiers b ON b.identifier_id = l.b_id
        WHERE l.held = ANY (in_play) AND a.profile_id <> b.profile_id;
    ELSE
        INSERT INTO review_links
        SELECT l.a_id, l.b_id, least(a.profile_id, b.profile_id), greatest(a.profile_id, b.profile_id), l.event_id, l.vouched, l.held
        FROM (
            SELECT l.* FROM review_members m JOIN links l ON l.a_id = m.identifier_id AND l.held = ANY (in_play) WHERE m.standing < 2
            UNION
            SELECT l.* FROM review_members m JOIN links l ON l.b_id = m.identifier_id AND l.held = ANY (in_play) WHERE m.standing < 2
        ) l
        JOIN identifiers a ON a.identifier_id = l.a_id JOIN identifiers b ON b.identifier_id = l.b_id
        WHERE a.profile_id <> b.profile_id;
    END IF;
    ANALYZE review_links;
END $$;
