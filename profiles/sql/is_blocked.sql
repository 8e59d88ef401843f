-- Purpose: whether a value names nobody, by the list of blocked values and patterns of its kind.
CREATE FUNCTION is_blocked(kind_id smallint, value text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM blocked_values b
        WHERE b.kind_id = is_blocked.kind_id
          AND (b.value = is_blocked.value OR (b.pattern <> '' AND is_blocked.value ~* ('^(?:' || b.pattern || ')$')))
    )
$$;
