-- Purpose: a time as a whole number that sorts as it does, so that the least (time, event) is one aggregate.
CREATE FUNCTION microseconds(at timestamptz) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT round(date_part('epoch', at) * 1000000)::bigint
$$;
