-- Purpose: from a forest over places to its nodes, each that isn't a root with its root as label.
-- Reads: work_places. shift: see find_components().
CREATE FUNCTION labels_of(parent int[], shift bigint) RETURNS TABLE (node bigint, label bigint) LANGUAGE sql STABLE AS $$
    SELECT coalesce(n.node, u.place + shift), coalesce(l.node, u.root + shift)
    FROM unnest(parent) WITH ORDINALITY AS u (root, place)
    LEFT JOIN work_places n ON n.place = u.place
    LEFT JOIN work_places l ON l.place = u.root
    WHERE u.root <> u.place
$$;
