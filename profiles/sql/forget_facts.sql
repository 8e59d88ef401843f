-- Purpose: delete what was drawn from the events of an erasure: combinations, traits, identifiers, links. What else they
-- vouched for is judged by the combinations that are left.
-- Reads: erasure_combinations, combinations, links. Writes: what it deletes, identifiers.vouched.
-- Returns: the identifiers beside them, to be evaluated again.
CREATE FUNCTION forget_facts(gone bigint[], erasure bigint) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    beside bigint[];
BEGIN
    CREATE TEMP TABLE shown_by_gone ON COMMIT DROP AS
    SELECT c.combination_id, c.identifier_ids FROM erasure_combinations e JOIN combinations c USING (combination_id)
    WHERE e.erasure_id = erasure;

    beside := ARRAY(
        SELECT DISTINCT b.id
        FROM (
            SELECT unnest(identifier_ids) AS id FROM shown_by_gone
            UNION
            SELECT b_id FROM links WHERE a_id = ANY (gone)
            UNION
            SELECT a_id FROM links WHERE b_id = ANY (gone)
            UNION
            SELECT i.identifier_id FROM identifiers g JOIN identifiers i USING (neighbourhood_id) WHERE g.identifier_id = ANY (gone)
        ) b
        WHERE b.id <> ALL (gone)
    );
    DELETE FROM trait_values t USING shown_by_gone s WHERE t.combination_id = s.combination_id;
    DELETE FROM undefined_kinds u USING shown_by_gone s WHERE u.combination_id = s.combination_id;
    DELETE FROM combinations c USING shown_by_gone s WHERE c.combination_id = s.combination_id;
    DELETE FROM links WHERE a_id = ANY (gone) OR b_id = ANY (gone);
    DELETE FROM links WHERE (a_id, b_id) IN (
        SELECT x, y FROM shown_by_gone s, unnest(s.identifier_ids) AS x, unnest(s.identifier_ids) AS y WHERE x < y
    );
    DELETE FROM identifiers WHERE identifier_id = ANY (gone);
    DELETE FROM reconsiderations WHERE identifier_id = ANY (gone);

    UPDATE identifiers i SET vouched = false
    WHERE i.identifier_id IN (SELECT unnest(identifier_ids) FROM shown_by_gone) AND i.vouched
      AND NOT EXISTS (
          SELECT
          FROM (
              SELECT i.identifier_id AS owner_id
              UNION ALL
              SELECT b_id FROM links WHERE a_id = i.identifier_id
              UNION ALL
              SELECT a_id FROM links WHERE b_id = i.identifier_id
          ) o
          JOIN combinations c ON c.owner_id = o.owner_id
          WHERE i.identifier_id = ANY (c.identifier_ids) AND c.first_vouched IS NOT NULL
      );
    DROP TABLE shown_by_gone;
    RETURN beside;
END $$;
