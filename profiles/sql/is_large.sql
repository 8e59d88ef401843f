-- Purpose: whether a neighbourhood is so large (more than 100 members) that an event must not pay for its size.
-- Reads: identifiers, at most 101 rows of an index.
CREATE FUNCTION is_large(neighbourhood bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM identifiers i
        WHERE i.neighbourhood_id = neighbourhood AND NOT (i.neighbourhood_id = i.identifier_id)
        OFFSET 100
    )
$$;
