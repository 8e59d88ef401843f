-- Purpose: steps 3 and 4 of the function inside each neighbourhood in conflict: assertions, then links vouched first,
-- strongest first, oldest first, each joining its two ends unless a separation, a limit or lack of vouching forbids it.
-- Reads: work_conflicts, work_separations, links, kinds. Returns: the profile of each of work_conflicts, named by its smallest
-- identifier id.
-- Method: union-find over arrays by place. Cost: about 5 microseconds a link; nothing is looked up for each neighbourhood but
-- the separations of those that have any.
CREATE FUNCTION resolve_in_order() RETURNS TABLE (identifier_id bigint, profile_id bigint) LANGUAGE plpgsql AS $$
DECLARE
    limits int[] := ARRAY(SELECT "limit" FROM kinds WHERE "limit" IS NOT NULL ORDER BY kind_id);
    kinds int := cardinality(limits);
    with_separations bigint[] := ARRAY(
        SELECT DISTINCT c.neighbourhood_id FROM work_separations s JOIN work_conflicts c ON c.identifier_id = s.identifier_id
    );
    nbh record;
    -- Plain variables: PostgreSQL changes their elements in place; a record's fields it would copy each time.
    counts int[]; anchored boolean[]; parent int[]; words int; side_a bigint[]; side_b bigint[];
    a int; b int; refused boolean;
BEGIN
    FOR nbh IN SELECT * FROM describe_conflicts() LOOP
        counts := nbh.counts; anchored := nbh.anchored;
        parent := ARRAY(SELECT generate_series(1, cardinality(anchored)));
        words := 0;
        IF nbh.neighbourhood_id = ANY (with_separations) THEN
            SELECT * INTO words, side_a, side_b FROM separation_bits(nbh.neighbourhood_id);
        END IF;
        FOR i IN 1 .. cardinality(nbh.a) LOOP
            a := nbh.a[i]; b := nbh.b[i];
            WHILE parent[a] <> a LOOP parent[a] := parent[parent[a]]; a := parent[a]; END LOOP;
            WHILE parent[b] <> b LOOP parent[b] := parent[parent[b]]; b := parent[b]; END LOOP;
            CONTINUE WHEN a = b OR (anchored[a] AND anchored[b] AND NOT nbh.vouched[i]);
            refused := false;
            FOR w IN 1 - words .. 0 LOOP
                refused := refused OR side_a[a * words + w] & side_b[b * words + w] <> 0
                                   OR side_b[a * words + w] & side_a[b * words + w] <> 0;
            END LOOP;
            FOR k IN 1 - kinds .. 0 LOOP
                refused := refused OR (NOT nbh.asserted[i] AND counts[a * kinds + k] > 0 AND counts[b * kinds + k] > 0
                                       AND counts[a * kinds + k] + counts[b * kinds + k] > limits[kinds + k]);
            END LOOP;
            CONTINUE WHEN refused;
            parent[b] := a;
            anchored[a] := anchored[a] OR anchored[b];
            FOR w IN 1 - words .. 0 LOOP
                side_a[a * words + w] := side_a[a * words + w] | side_a[b * words + w];
                side_b[a * words + w] := side_b[a * words + w] | side_b[b * words + w];
            END LOOP;
            FOR k IN 1 - kinds .. 0 LOOP
                counts[a * kinds + k] := counts[a * kinds + k] + counts[b * kinds + k];
            END LOOP;
        END LOOP;
        RETURN QUERY SELECT * FROM name_profiles(nbh.ids, parent);
    END LOOP;
END $$;
