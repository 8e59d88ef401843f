-- Purpose: the identifiers of the batch that may matter to links of the profile they join: new ones of a kind with a limit or
-- that a separation names, and those that newly vouch for a known kind.
-- Reads: work_identifiers, work_separations, kinds.
CREATE FUNCTION brings_news() RETURNS TABLE (identifier_id bigint) LANGUAGE sql AS $$
    SELECT w.identifier_id FROM work_identifiers w JOIN kinds k USING (kind_id)
    WHERE (w.arrived AND k."limit" IS NOT NULL) OR (w.vouched AND k.known AND (w.arrived OR w.newly_vouched))
    UNION
    SELECT w.identifier_id FROM work_identifiers w JOIN work_separations s USING (identifier_id) WHERE w.arrived
$$;
