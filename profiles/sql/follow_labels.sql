-- Purpose: point every label at the end of its chain of labels, where those of this round are new. Labels only ever get
-- smaller, so there are no rings. Cost: what one pass did not change has reached its end, and the next leaves it out.
CREATE FUNCTION follow_labels(this_round int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    passes int := 1;
BEGIN
    UPDATE work_labels SET pass = 0 WHERE pass > 0;
    UPDATE work_labels l SET label = p.label, pass = 1
    FROM work_labels p WHERE p.round = this_round AND p.node = l.label;
    WHILE FOUND LOOP
        UPDATE work_labels l SET label = p.label, pass = passes + 1
        FROM work_labels p WHERE l.pass = passes AND p.node = l.label;
        passes := passes + 1;
    END LOOP;
END $$;
