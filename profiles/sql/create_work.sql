-- Purpose: the work tables; temporary, so that nothing of a batch is logged twice or seen by others.
CREATE FUNCTION create_work() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CREATE TEMP TABLE work_deliveries (delivery_id bigint, landed bigint) ON COMMIT DELETE ROWS;
    -- event ids of deliveries that follow each other: [first_event, end_event)
    CREATE TEMP TABLE work_ranges (first_event bigint, end_event bigint) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE work_combinations (
        combination_id uuid, identifiers text[], arrival bigint, events bigint,
        first_seen timestamptz, first_event bigint, first_vouched timestamptz, first_vouched_event bigint, is_new boolean,
        number bigint GENERATED ALWAYS AS IDENTITY (CACHE 1000)
    ) ON COMMIT DELETE ROWS;
    -- the same with numbers for their identifiers; marks: 2 * identifier_id, + 1 if its kind names a person
    CREATE TEMP TABLE work_numbered (
        combination_id uuid, first_seen timestamptz, first_event bigint, first_vouched timestamptz,
        first_vouched_event bigint, is_new boolean, identifier_ids bigint[], marks bigint[], strongest_id bigint
    ) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE work_members (combination_id uuid, identifier_id bigint) ON COMMIT DELETE ROWS;
    -- identifiers of the batch, then those of each neighbourhood that may change, as they are; but for standing and vouched,
    -- which are as the batch makes them. carriers: 16 * the number of a combination that has it + its place there, from 1
    CREATE TEMP TABLE work_named (
        identifier_id bigint, kind_id smallint, value text COLLATE "C", arrived boolean,
        newly_vouched boolean, vouched boolean, was_standing smallint, standing smallint,
        core_id bigint, neighbourhood_id bigint, profile_id bigint, carriers bigint[]
    ) ON COMMIT DELETE ROWS;
    -- the same identifiers, with what becomes of them; loaded: the whole neighbourhood is here
    CREATE TEMP TABLE work_identifiers (
        identifier_id bigint, kind_id smallint, value text COLLATE "C", arrived boolean, loaded boolean,
        newly_vouched boolean, vouched boolean, was_standing smallint, standing smallint,
        core_id bigint, neighbourhood_id bigint, profile_id bigint,
        new_core_id bigint, new_neighbourhood_id bigint, new_profile_id bigint
    ) ON COMMIT DELETE ROWS;
    -- one row: the least number of what arrived, null where nothing did
    CREATE TEMP TABLE work_arrivals (first_id bigint) ON COMMIT DELETE ROWS;
    -- held: by step 2; known_a: a is of a kind that names a person; core_a and so on: where a is, as it was before the batch
    CREATE TEMP TABLE work_links (
        a_id bigint, b_id bigint, first_seen timestamptz, event_id bigint,
        vouched boolean, is_new boolean, newly_vouched boolean, known_a boolean, known_b boolean, held text,
        core_a bigint, core_b bigint, a bigint, b bigint, profile_a bigint, profile_b bigint
    ) ON COMMIT DELETE ROWS;
    -- neighbourhoods to load; a dissolved one is put together again from its links; part: of a large one what of it,
    -- 'profiles' or 'nothing' (see find_neighbourhoods); part_if_large: what that would be
    CREATE TEMP TABLE work_loaded (neighbourhood_id bigint, dissolved boolean, part text, part_if_large text) ON COMMIT DELETE ROWS;
    -- known cores and neighbourhoods that edges end at, see place_known_nodes
    CREATE TEMP TABLE work_places (node bigint, place int, within bigint) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE work_edges (vouched boolean, core_a bigint, core_b bigint, a bigint, b bigint) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE work_cores (node bigint, label bigint) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE work_labels (node bigint, label bigint) ON COMMIT DELETE ROWS;
    -- neighbourhoods in conflict
    CREATE TEMP TABLE work_conflicted (neighbourhood_id bigint) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE work_separations (decision_id bigint, side text, identifier_id bigint) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE work_assertions (decision_id bigint, a_id bigint, b_id bigint) ON COMMIT DELETE ROWS;
    -- members of neighbourhoods in conflict; place numbers them from 1 in byte order of (kind, value)
    CREATE TEMP TABLE work_conflicts (
        neighbourhood_id bigint, identifier_id bigint, place int, kind_id smallint, rank smallint, anchored boolean,
        standing smallint, profile_id bigint
    ) ON COMMIT DELETE ROWS;
    -- links in play of neighbourhoods in conflict, with the two profiles of their ends, the smaller first
    CREATE TEMP TABLE work_crossings (
        a_id bigint, b_id bigint, vouched boolean, held text, p bigint, q bigint
    ) ON COMMIT DELETE ROWS;
END $$;
