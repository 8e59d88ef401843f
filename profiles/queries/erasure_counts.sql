-- Purpose: what an erasure would delete, in numbers. Reads: erased_combinations(), erased_identifiers(), raw_events, deliveries,
-- trait_values, links, decision_identifiers, review_questions, match_candidates, profile_changes.
WITH gone AS MATERIALIZED (
    SELECT combination_id FROM erased_combinations(%(profile)s, %(others_too)s) WHERE goes
), named AS MATERIALIZED (
    SELECT * FROM erased_identifiers(%(profile)s, %(others_too)s)
), leaving AS MATERIALIZED (
    SELECT identifier_id FROM named WHERE NOT stays
), events AS MATERIALIZED (
    SELECT e.event_id >> 20 AS delivery_id, date_trunc('hour', e.landed_at) AS hour, count(*) AS events
    FROM gone g CROSS JOIN LATERAL (
        SELECT event_id, landed_at FROM raw_events WHERE combination_id = g.combination_id OFFSET 0
    ) e
    GROUP BY 1, 2
)
SELECT (SELECT coalesce(sum(events), 0)::bigint FROM events) AS events,
       (SELECT count(DISTINCT delivery_id) FROM events) AS deliveries,
       (SELECT coalesce(sum(e.events), 0)::bigint FROM events e JOIN deliveries d USING (delivery_id) WHERE d.origin = 'import')
           AS import_rows,
       (SELECT count(*) FROM leaving) AS identifiers,
       (SELECT count(*) FROM named WHERE stays) AS staying,
       (SELECT count(*) FROM named WHERE NOT member) AS identifiers_beside,
       (SELECT count(*) FROM erased_combinations(%(profile)s, %(others_too)s) WHERE NOT goes) AS kept_combinations,
       (SELECT count(*) FROM gone g JOIN trait_values t USING (combination_id)) AS traits,
       (SELECT count(*) FROM links WHERE a_id IN (SELECT identifier_id FROM named)
                                      OR b_id IN (SELECT identifier_id FROM named)) AS links,
       (SELECT count(*) FROM gone) AS combinations,
       (SELECT count(DISTINCT d.decision_id) FROM named n JOIN decision_identifiers d ON d.value = n.value AND d.kind = n.kind
        WHERE NOT n.stays) AS decisions,
       (SELECT count(*) FROM review_questions WHERE a_profile_id IN (SELECT identifier_id FROM named)
            OR b_profile_id IN (SELECT identifier_id FROM named) OR identifier_id IN (SELECT identifier_id FROM named)) AS questions,
       (SELECT count(*) FROM match_candidates WHERE a_id IN (SELECT identifier_id FROM named)
            OR b_id IN (SELECT identifier_id FROM named)) AS candidates,
       (SELECT count(*) FROM (
            SELECT change_id FROM profile_changes WHERE from_profile_id IN (SELECT identifier_id FROM named)
            UNION
            SELECT change_id FROM profile_changes WHERE to_profile_id IN (SELECT identifier_id FROM named)
        ) c) AS history,
       (SELECT coalesce(array_agg(DISTINCT hour ORDER BY hour), '{}') FROM events) AS hours
