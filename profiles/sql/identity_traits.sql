-- Purpose: the traits that say who somebody is: what people are called, and when they were born.
-- Invariant: those that profiles/matches/columns.py reads names and birth dates from, which a test compares.
CREATE FUNCTION identity_traits() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY['birthDate', 'birth_date', 'birthdate', 'birthday', 'dateOfBirth', 'date_of_birth', 'dob', 'familyName', 'family_name',
                 'firstName', 'first_name', 'fullName', 'full_name', 'givenName', 'given_name', 'lastName', 'last_name', 'name', 'surname']
$$;
