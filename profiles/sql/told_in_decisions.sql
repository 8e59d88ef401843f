-- Purpose: of some decisions, what the golden records of either side say of name and birth date: side, trait and three digits of
-- the value's hash, which tell a change and can't be turned back into a value. An assertion has one side, its profile.
-- Reads: decisions, decision_identifiers, identifiers, kinds, and what golden_traits() does.
CREATE FUNCTION told_in_decisions(ids bigint[]) RETURNS TABLE (decision_id bigint, told text[]) LANGUAGE sql STABLE AS $$
    WITH sides AS MATERIALIZED (
        SELECT DISTINCT n.decision_id, n.side, i.profile_id
        FROM decision_identifiers n
        JOIN decisions d ON d.decision_id = n.decision_id AND (d.action = 'separate' OR n.side = 'a')
        JOIN kinds k ON k.name = n.kind
        JOIN identifiers i ON i.value = n.value AND i.kind_id = k.kind_id
        WHERE n.decision_id = ANY (ids)
    )
    SELECT s.decision_id,
           array_agg(DISTINCT s.side || ':' || t.name || ':' || left(md5(s.decision_id || lower(btrim(t.value #>> '{}'))), 3))
    FROM sides s
    JOIN golden_traits(ARRAY(SELECT DISTINCT profile_id FROM sides), identity_traits()) t ON t.profile_id = s.profile_id
    GROUP BY s.decision_id
$$;
