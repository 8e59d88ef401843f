-- Purpose: the circuit breaker. Raises IDP01, with why and examples as JSON, when the batch merges far more than usual because
-- of one value or one source. A delivery that a person released is let through.
-- Reads: circuit_breaker, resolutions, work tables. Cost: one count, unless that is suspicious.
CREATE FUNCTION check_breaker() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    breaker public.circuit_breaker;  -- never a shadow's type, which ends with it
    reason jsonb;
BEGIN
    SELECT * INTO breaker FROM circuit_breaker WHERE enabled;
    IF breaker IS NULL OR (SELECT count(*) FROM gone_profiles()) < breaker.at_least
       OR EXISTS (SELECT FROM work_deliveries JOIN parked_deliveries USING (delivery_id))
       OR NOT (SELECT count(*) >= breaker.resolutions AND min(finished_at) <= now() - interval '1 day'
               FROM resolutions WHERE cause = 'event' AND events > 0 AND finished_at > now() - make_interval(days => breaker.days))
    THEN
        RETURN;
    END IF;
    reason := coalesce(unusual_value(breaker), unusual_source(breaker));
    IF reason IS NOT NULL THEN
        RAISE EXCEPTION 'the batch would merge far more profiles than usual' USING ERRCODE = 'IDP01', DETAIL = reason::text;
    END IF;
END $$;
