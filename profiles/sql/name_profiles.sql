-- Purpose: from a forest over the places of a neighbourhood's members to profiles, each named by its smallest identifier id.
-- Writes: work_conflicts.profile_id.
CREATE FUNCTION name_profiles(neighbourhood bigint, ids bigint[], parent int[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    root int;
BEGIN
    FOR place IN 1 .. cardinality(parent) LOOP
        root := parent[place];
        WHILE parent[root] <> root LOOP
            root := parent[root];
        END LOOP;
        parent[place] := root;
    END LOOP;
    UPDATE work_conflicts c SET profile_id = p.profile_id
    FROM (SELECT id, min(id) OVER (PARTITION BY member_of) AS profile_id FROM unnest(ids, parent) AS u (id, member_of)) p
    WHERE c.neighbourhood_id = neighbourhood AND c.identifier_id = p.id;
END $$;
