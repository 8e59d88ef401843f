-- Purpose: connected components: of cores by the vouched edges, then of neighbourhoods by all edges. Each node that isn't the
-- smallest of its component, with the smallest as its label.
-- Method: union-find over an array. The smaller place is the parent, so that a root is the least of its component, and paths
-- are halved on the way. A core is in one piece with its neighbourhood, so the second forest grows out of the first.
-- Places: known nodes from 1 on, in order; then what arrived, whose numbers follow each other.
-- Reads: edges_at_hand(), work_named. Writes: work_places, work_cores, work_labels. Cost: a microsecond an edge.
CREATE FUNCTION find_components() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first_arrived bigint := least_arrived();
    known int := place_known_nodes(first_arrived);
    shift bigint := first_arrived - known - 1;  -- from the place of what arrived to its number
    places int := known + coalesce((SELECT max(identifier_id) - first_arrived + 1 FROM work_named WHERE arrived), 0);
    parent int[] := ARRAY(SELECT generate_series(1, places));
    a int; b int; p int;
BEGIN
    FOR cores IN REVERSE 1 .. 0 LOOP
        FOR a, b IN SELECT * FROM places_to_join(cores = 1, first_arrived, shift) LOOP
            LOOP p := parent[a]; EXIT WHEN p = a; parent[a] := parent[p]; a := p; END LOOP;
            LOOP p := parent[b]; EXIT WHEN p = b; parent[b] := parent[p]; b := p; END LOOP;
            IF a < b THEN
                parent[b] := a;
            ELSIF b < a THEN
                parent[a] := b;
            END IF;
        END LOOP;
        FOR place IN 1 .. places LOOP  -- in this order a parent is at its root already
            p := parent[place];
            IF p <> place THEN
                parent[place] := parent[p];
            END IF;
        END LOOP;
        IF cores = 1 THEN
            INSERT INTO work_cores SELECT * FROM labels_of(parent, shift);
        ELSE
            INSERT INTO work_labels SELECT * FROM labels_of(parent, shift);
        END IF;
    END LOOP;
END $$;
