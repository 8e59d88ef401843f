-- Purpose: what ordered resolution must know of a neighbourhood's members, as arrays by place:
-- ids; anchored (vouched and of a known kind); counts of each limited kind; sides of separations as bits, 60 a word.
CREATE FUNCTION describe_members(
    neighbourhood bigint, OUT members int, OUT ids bigint[], OUT anchored boolean[], OUT kinds int, OUT limits int[],
    OUT counts int[], OUT words int, OUT side_a bigint[], OUT side_b bigint[]
) LANGUAGE plpgsql AS $$
BEGIN
    SELECT count(*), array_agg(p.identifier_id ORDER BY place), array_agg(p.known AND p.vouched ORDER BY place)
    INTO members, ids, anchored FROM place_members(neighbourhood) p;

    SELECT count(*), array_agg(k."limit" ORDER BY k.kind_id) INTO kinds, limits FROM kinds k WHERE k."limit" IS NOT NULL;

    SELECT array_agg((k.kind_id = p.kind_id)::int ORDER BY p.place, k.kind_id) INTO counts
    FROM place_members(neighbourhood) p CROSS JOIN kinds k WHERE k."limit" IS NOT NULL;

    SELECT coalesce(max(word), 0), array_agg(a ORDER BY place, word), array_agg(b ORDER BY place, word)
    INTO words, side_a, side_b FROM separation_bits(neighbourhood);
END $$;
