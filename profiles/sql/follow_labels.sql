-- Purpose: point every label at the end of its chain of labels. Labels only ever get smaller, so there are no rings.
CREATE FUNCTION follow_labels() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    LOOP
        UPDATE work_labels l SET label = p.label FROM work_labels p WHERE p.node = l.label AND p.label < p.node;
        EXIT WHEN NOT FOUND;
    END LOOP;
END $$;
