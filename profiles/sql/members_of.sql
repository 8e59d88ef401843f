-- Purpose: the identifiers of a profile. Its own row is found by its key, the others by an index that leaves it out.
CREATE FUNCTION members_of(profile bigint) RETURNS TABLE (
    identifier_id bigint, kind_id smallint, value text, vouched boolean, standing smallint,
    core_id bigint, neighbourhood_id bigint, profile_id bigint
) LANGUAGE sql STABLE AS $$
    SELECT i.identifier_id, i.kind_id, i.value, i.vouched, i.standing, i.core_id, i.neighbourhood_id, i.profile_id
    FROM identifiers i WHERE i.identifier_id = profile AND i.profile_id = profile
    UNION ALL
    SELECT i.identifier_id, i.kind_id, i.value, i.vouched, i.standing, i.core_id, i.neighbourhood_id, i.profile_id
    FROM identifiers i WHERE i.profile_id = profile AND NOT (i.profile_id = i.identifier_id)
$$;
