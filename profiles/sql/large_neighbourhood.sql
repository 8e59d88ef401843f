-- Purpose: how many members a neighbourhood may have before only a part of it is loaded.
CREATE FUNCTION large_neighbourhood() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 100';
