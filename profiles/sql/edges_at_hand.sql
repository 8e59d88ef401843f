-- Purpose: what joins cores (where vouched) and neighbourhoods: the batch's links in play, and what connect() found besides.
-- Reads: work_links, work_edges.
CREATE FUNCTION edges_at_hand() RETURNS TABLE (vouched boolean, core_a bigint, core_b bigint, a bigint, b bigint)
LANGUAGE sql STABLE AS $$
    SELECT vouched, core_a, core_b, a, b FROM work_links
    WHERE held IS NULL AND (is_new OR newly_vouched) AND (a <> b OR (vouched AND core_a <> core_b))
    UNION ALL
    SELECT vouched, core_a, core_b, a, b FROM work_edges
$$;
