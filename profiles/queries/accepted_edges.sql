-- Purpose: what joins a profile's identifiers, packed by column (8 bytes a number, big-endian): the links that aren't held,
-- of its oldest identifiers, the first `most`.
-- Reads: identifiers, links.
-- Cost: a look-up of each identifier's links, in order of the identifiers, so that the same ones come where not all do.
-- Identifiers that are out of play have none and are passed over, so that a value that millions share costs nothing.
SELECT coalesce(string_agg(int8send(a_id), ''), '') AS a_ids,
       coalesce(string_agg(int8send(b_id), ''), '') AS b_ids,
       coalesce(string_agg(int8send(microseconds(first_seen)), ''), '') AS times,
       coalesce(string_agg(boolsend(vouched), ''), '') AS vouched
FROM (
    SELECT l.*
    FROM (
        SELECT identifier_id FROM members_of(%(profile_id)s) WHERE standing < 2
        ORDER BY identifier_id
        LIMIT %(most)s
    ) m
    CROSS JOIN LATERAL (SELECT * FROM links WHERE a_id = m.identifier_id AND held IS NULL OFFSET 0) l
    LIMIT %(most)s
) l
