-- Purpose: add what API clients asked, line by line of the five arrays, to what is stored by endpoint and status and by day;
-- and that they asked. Of a client that is gone nothing is added. No line comes twice.
-- Reads: api_clients. Writes: api_calls, api_usage, api_clients.last_used_at.
CREATE FUNCTION store_calls(clients bigint[], days date[], endpoints text[], statuses smallint[], counts bigint[])
RETURNS void LANGUAGE sql AS $$
    WITH counted AS MATERIALIZED (
        SELECT c.*
        FROM unnest(clients, days, endpoints, statuses, counts) AS c (client_id, day, endpoint, status, requests)
        WHERE c.client_id IN (SELECT id FROM api_clients)
    ), by_endpoint AS (
        INSERT INTO api_calls (client_id, day, endpoint, status, requests)
        SELECT client_id, day, endpoint, status, requests FROM counted ORDER BY client_id, day, endpoint, status
        ON CONFLICT (client_id, day, endpoint, status) DO UPDATE SET requests = api_calls.requests + excluded.requests
    ), by_day AS (
        INSERT INTO api_usage (client_id, day, requests, limited)
        SELECT client_id, day, coalesce(sum(requests) FILTER (WHERE status <> 429), 0),
               coalesce(sum(requests) FILTER (WHERE status = 429), 0)
        FROM counted GROUP BY client_id, day ORDER BY client_id, day
        ON CONFLICT (client_id, day) DO UPDATE
        SET requests = api_usage.requests + excluded.requests, limited = api_usage.limited + excluded.limited
    )
    UPDATE api_clients SET last_used_at = now() WHERE id IN (SELECT client_id FROM counted)
$$;
