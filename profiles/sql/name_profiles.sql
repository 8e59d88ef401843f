-- Purpose: from a forest over the places of a neighbourhood's members to profiles, each named by its smallest identifier id.
CREATE FUNCTION name_profiles(ids bigint[], parent int[]) RETURNS TABLE (identifier_id bigint, profile_id bigint)
LANGUAGE plpgsql IMMUTABLE AS $$
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
    RETURN QUERY
    SELECT u.id, min(u.id) OVER (PARTITION BY u.member_of) FROM unnest(ids, parent) AS u (id, member_of);
END $$;
