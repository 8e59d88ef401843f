-- Purpose: a profile's oldest identifiers, the first `most`, packed by column (8 bytes a number, big-endian): the rank of
-- their kind, and their place in byte order, which settles what order_links.sql leaves open.
-- Reads: identifiers, kinds. Cost: one sort of the profile's identifiers.
SELECT string_agg(int8send(identifier_id), '') AS ids,
       string_agg(int8send(rank), '') AS ranks,
       string_agg(int8send(place), '') AS places
FROM (
    SELECT m.identifier_id, k.rank, row_number() OVER (ORDER BY k.name COLLATE "C", m.value COLLATE "C") AS place
    FROM (
        SELECT identifier_id, kind_id, value FROM members_of(%(profile_id)s)
        ORDER BY identifier_id
        LIMIT %(most)s
    ) m
    JOIN kinds k USING (kind_id)
) e
