-- Purpose: queue the identifiers that a rule change touches. Reads: rule_changes (before, after), identifiers, links,
-- conflicted_neighbourhoods, combinations. Writes: reconsiderations. Returns: how many wait.
-- before and after: {"kinds": {name: {rank, known, limit, shared_after}}, "blocked": [[kind, value or {"pattern"}]]}
CREATE FUNCTION queue_reconsiderations(change_id bigint) RETURNS bigint LANGUAGE sql AS $$
    WITH change AS (
        SELECT before, after FROM rule_changes WHERE rule_change_id = change_id
    ), kind AS (
        SELECT k.kind_id, b.value AS was, a.value AS is
        FROM change, jsonb_each(after -> 'kinds') a
        JOIN kinds k ON k.name = a.key
        JOIN jsonb_each((SELECT before -> 'kinds' FROM change)) b ON b.key = a.key
        WHERE a.value <> b.value
    ), blocking AS (
        SELECT DISTINCT k.kind_id
        FROM change, jsonb_array_elements(after -> 'blocked' || (before -> 'blocked')) e JOIN kinds k ON k.name = e ->> 0
        WHERE NOT ((before -> 'blocked') @> jsonb_build_array(e) AND (after -> 'blocked') @> jsonb_build_array(e))
    ), touched AS (
        SELECT i.identifier_id FROM identifiers i JOIN blocking USING (kind_id)
        WHERE (i.standing = 3) <> is_blocked(i.kind_id, i.value)
        UNION
        SELECT i.identifier_id FROM kind k JOIN identifiers i USING (kind_id)
        WHERE k.is ->> 'shared_after' IS DISTINCT FROM k.was ->> 'shared_after'
          AND (EXISTS (SELECT FROM links WHERE a_id = i.identifier_id) OR EXISTS (SELECT FROM links WHERE b_id = i.identifier_id))
        UNION
        SELECT min(i.identifier_id) FROM kind k JOIN identifiers i USING (kind_id)
        WHERE k.is ->> 'limit' IS DISTINCT FROM k.was ->> 'limit'
        GROUP BY k.kind_id, i.neighbourhood_id
        HAVING count(*) > min(least((k.is ->> 'limit')::int, (k.was ->> 'limit')::int))
        UNION
        SELECT neighbourhood_id FROM conflicted_neighbourhoods
        WHERE EXISTS (SELECT FROM kind k WHERE k.is ->> 'rank' <> k.was ->> 'rank')
        UNION
        SELECT owner_id FROM combinations
        WHERE cardinality(identifier_ids) > 1 AND EXISTS (SELECT FROM kind k WHERE k.is ->> 'rank' <> k.was ->> 'rank')
        UNION
        SELECT i.identifier_id FROM identifiers i
        WHERE EXISTS (SELECT FROM kind k WHERE k.is -> 'known' <> k.was -> 'known')
    ), queued AS (
        INSERT INTO reconsiderations (identifier_id, rule_change_id) SELECT identifier_id, change_id FROM touched
        ON CONFLICT (identifier_id) DO UPDATE SET rule_change_id = excluded.rule_change_id
        RETURNING 1
    )
    SELECT count(*) FROM queued
$$;
