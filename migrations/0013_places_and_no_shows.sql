-- When the places of a session open, and to whom; what follows for those who do not come.

ALTER TABLE session
    ADD COLUMN opens_at  timestamptz,                     -- null: at once
    ADD COLUMN to_all_at timestamptz,                     -- until then the quotas hold; null: until the beginning
    ADD CONSTRAINT session_places_open_in_order
        CHECK (opens_at < starts_at AND to_all_at < starts_at AND opens_at < to_all_at);
CREATE INDEX session_by_to_all_at ON session (to_all_at) WHERE to_all_at IS NOT NULL;

-- Places that are kept for a school, of whatever district, until those that are left are for all.
CREATE TABLE session_quota (
    session_id uuid NOT NULL REFERENCES session (id),
    school_id  uuid NOT NULL REFERENCES organization (id),
    places     integer NOT NULL CHECK (places >= 1),
    PRIMARY KEY (session_id, school_id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON session_quota TO kepu_app;

-- The order of arrival is that of the ids, unless somebody took it back and asked again: then the later turn counts.
ALTER TABLE participation ADD COLUMN turn uuid;
CREATE INDEX participation_waitlist ON participation (district_id, session_id, (coalesce(turn, id)))
    WHERE state = 'waitlisted';

-- A session has one set of places for the guests of all districts, but a transaction sees one district. These three cross
-- the fence for that alone: they tell how many are in a session and in which order they wait, of which school; nobody's
-- name, number or person. District by district, for that is how participations are indexed and kept apart.
CREATE FUNCTION session_places(asked uuid)
    RETURNS TABLE (district_id uuid, school_id uuid, taken bigint, waiting bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT d.id, g.school_id, g.taken, g.waiting
    FROM district d
    CROSS JOIN LATERAL (
        SELECT p.school_id, count(*) FILTER (WHERE p.state <> 'waitlisted') AS taken,
               count(*) FILTER (WHERE p.state = 'waitlisted') AS waiting
        FROM participation p
        WHERE p.district_id = d.id AND p.session_id = asked
          AND p.state IN ('registered', 'attended', 'recorded', 'confirmed', 'waitlisted')
        GROUP BY p.school_id) g
$$;

CREATE FUNCTION session_waitlist(asked uuid)
    RETURNS TABLE (district_id uuid, participation_id uuid, school_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT d.id, w.id, w.school_id
    FROM district d
    CROSS JOIN LATERAL (
        SELECT p.id, p.school_id, coalesce(p.turn, p.id) AS turn FROM participation p
        WHERE p.district_id = d.id AND p.session_id = asked AND p.state = 'waitlisted') w
    ORDER BY w.turn
$$;

CREATE FUNCTION sessions_taken(asked uuid[])
    RETURNS TABLE (session_id uuid, taken bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT s.id, sum(g.taken)::bigint
    FROM unnest(asked) AS s (id)
    CROSS JOIN district d
    CROSS JOIN LATERAL (
        SELECT count(*) AS taken FROM participation p
        WHERE p.district_id = d.id AND p.session_id = s.id
          AND p.state IN ('registered', 'attended', 'recorded', 'confirmed')) g
    GROUP BY s.id
$$;

REVOKE ALL ON FUNCTION session_places(uuid), session_waitlist(uuid), sessions_taken(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_places(uuid), session_waitlist(uuid), sessions_taken(uuid[]) TO kepu_app;

-- What a district does about those who register and do not come; null: nothing. See `districts::NoShowPolicy`.
ALTER TABLE district ADD COLUMN no_shows jsonb;

CREATE INDEX participation_absent ON participation (district_id, person_id) WHERE state = 'absent';
