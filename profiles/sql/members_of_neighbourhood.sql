-- Purpose: the identifiers of a neighbourhood: the profile that has its name, which without conflicts is all, and by an index
-- of their own those in its other profiles.
CREATE FUNCTION members_of_neighbourhood(neighbourhood bigint) RETURNS TABLE (
    identifier_id bigint, kind_id smallint, value text, vouched boolean, standing smallint,
    core_id bigint, neighbourhood_id bigint, profile_id bigint
) LANGUAGE sql STABLE AS $$
    SELECT * FROM members_of(neighbourhood)
    UNION ALL
    SELECT i.identifier_id, i.kind_id, i.value, i.vouched, i.standing, i.core_id, i.neighbourhood_id, i.profile_id
    FROM identifiers i WHERE i.neighbourhood_id = neighbourhood AND NOT (i.neighbourhood_id = i.profile_id)
$$;
