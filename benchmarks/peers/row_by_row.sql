-- Purpose: connected components by a loop over events, one transaction a delivery, as one would write it by hand.
-- An event that says nothing new costs one look-up; a merge moves everybody to the oldest person.
-- with_facts: also each link with the event that showed it first, and a history of merges.
-- Reads: raw_events. Writes: row_by_row_identifiers, row_by_row_links, row_by_row_merges.
CREATE PROCEDURE row_by_row(with_facts boolean) LANGUAGE plpgsql AS $$
DECLARE
    delivery bigint; event record; person bigint; newest bigint; known int; size int;
BEGIN
    FOR delivery IN SELECT generate_series(min(event_id) >> 20, max(event_id) >> 20) FROM raw_events LOOP
        FOR event IN
            SELECT event_id, event_time, identifiers FROM raw_events
            WHERE event_id >= delivery << 20 AND event_id < (delivery + 1) << 20 ORDER BY event_id
        LOOP
            size := cardinality(event.identifiers);
            IF with_facts AND size > 1 THEN
                INSERT INTO row_by_row_links AS l
                SELECT a, b, event.event_time, event.event_id
                FROM unnest(event.identifiers) AS a, unnest(event.identifiers) AS b WHERE a < b
                ON CONFLICT (a, b) DO UPDATE SET first_seen = excluded.first_seen, event_id = excluded.event_id
                WHERE excluded.first_seen < l.first_seen;
            END IF;
            SELECT min(person_id), max(person_id), count(*) INTO person, newest, known
            FROM row_by_row_identifiers WHERE identifier = ANY (event.identifiers);
            CONTINUE WHEN person = newest AND known = size;
            IF person < newest THEN
                IF with_facts THEN
                    INSERT INTO row_by_row_merges
                    SELECT DISTINCT person_id, person, event.event_id FROM row_by_row_identifiers
                    WHERE identifier = ANY (event.identifiers) AND person_id <> person;
                END IF;
                UPDATE row_by_row_identifiers SET person_id = person
                WHERE person_id IN (SELECT person_id FROM row_by_row_identifiers WHERE identifier = ANY (event.identifiers))
                  AND person_id <> person;
            ELSIF person IS NULL THEN
                person := nextval('row_by_row_person');
            END IF;
            IF known < size THEN
                INSERT INTO row_by_row_identifiers SELECT unnest(event.identifiers), person ON CONFLICT DO NOTHING;
            END IF;
        END LOOP;
        COMMIT;
    END LOOP;
END $$;
