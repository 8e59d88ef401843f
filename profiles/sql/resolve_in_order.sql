-- Purpose: steps 3 and 4 of the function inside one neighbourhood: assertions, then links vouched first, strongest first,
-- oldest first, each joining its two ends unless a separation, a limit or the lack of vouching forbids it.
-- Reads: work_identifiers, work_assertions, work_separations, links, kinds. Returns: each member's profile.
-- Method: union-find over arrays. `place` numbers members in byte order of (kind, value), from 1.
CREATE FUNCTION resolve_in_order(neighbourhood bigint) RETURNS TABLE (identifier_id bigint, profile_id bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    -- Plain variables: PostgreSQL changes their elements in place, a record's fields it would copy each time.
    members int; ids bigint[]; anchored boolean[]; kinds int; limits int[]; counts int[]; words int; side_a bigint[]; side_b bigint[];
    parent int[];
    edge record;
    a int;
    b int;
    kind int;
    word int;
    refused boolean;
BEGIN
    SELECT * INTO members, ids, anchored, kinds, limits, counts, words, side_a, side_b
    FROM describe_members(neighbourhood);
    SELECT array_agg(i) INTO parent FROM generate_series(1, members) AS i;
    FOR edge IN SELECT * FROM order_links(neighbourhood) LOOP
        a := edge.a;
        WHILE parent[a] <> a LOOP
            parent[a] := parent[parent[a]];
            a := parent[a];
        END LOOP;
        b := edge.b;
        WHILE parent[b] <> b LOOP
            parent[b] := parent[parent[b]];
            b := parent[b];
        END LOOP;
        CONTINUE WHEN a = b OR (NOT edge.vouched AND anchored[a] AND anchored[b]);
        refused := false;
        FOR word IN 1 .. words LOOP
            refused := refused OR (side_a[(a - 1) * words + word] & side_b[(b - 1) * words + word]) <> 0
                               OR (side_b[(a - 1) * words + word] & side_a[(b - 1) * words + word]) <> 0;
        END LOOP;
        IF NOT edge.asserted THEN
            FOR kind IN 1 .. kinds LOOP
                refused := refused OR (counts[(a - 1) * kinds + kind] > 0 AND counts[(b - 1) * kinds + kind] > 0
                    AND counts[(a - 1) * kinds + kind] + counts[(b - 1) * kinds + kind] > limits[kind]);
            END LOOP;
        END IF;
        CONTINUE WHEN refused;
        parent[b] := a;
        anchored[a] := anchored[a] OR anchored[b];
        FOR word IN 1 .. words LOOP
            side_a[(a - 1) * words + word] := side_a[(a - 1) * words + word] | side_a[(b - 1) * words + word];
            side_b[(a - 1) * words + word] := side_b[(a - 1) * words + word] | side_b[(b - 1) * words + word];
        END LOOP;
        FOR kind IN 1 .. kinds LOOP
            counts[(a - 1) * kinds + kind] := counts[(a - 1) * kinds + kind] + counts[(b - 1) * kinds + kind];
        END LOOP;
    END LOOP;
    FOR place IN 1 .. members LOOP
        a := place;
        WHILE parent[a] <> a LOOP
            a := parent[a];
        END LOOP;
        parent[place] := a;
    END LOOP;
    RETURN QUERY
    SELECT id, min(id) OVER (PARTITION BY root) FROM unnest(ids, parent) AS u (id, root);
END $$;
