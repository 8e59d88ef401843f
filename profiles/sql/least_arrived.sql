-- Purpose: from which number on the batch's identifiers arrived with it; what was known before has smaller numbers.
-- Reads: work_arrivals. Returns: more than any number, where none arrived.
CREATE FUNCTION least_arrived() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(min(first_id), 9223372036854775807) FROM work_arrivals
$$;
