-- What rows were before they were changed, for reports as of a past moment. Written by the operation that changes the row, in its
-- transaction; never changed. What was changed before this was kept is not known: a report of those days says what stood
-- when this began.

-- Of tenant tables: persons, and enrolments that were put right in place.
CREATE TABLE former (
    district_id uuid NOT NULL REFERENCES district (id),
    kind        text NOT NULL CHECK (kind IN ('person', 'enrolment')),     -- the table
    id          uuid NOT NULL,
    known_until timestamptz NOT NULL,                     -- the moment of the change; the row was so until then
    was         jsonb NOT NULL,                           -- the whole row
    PRIMARY KEY (district_id, kind, id, known_until)
);
CREATE INDEX former_by_end ON former (district_id, known_until);
ALTER TABLE former ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON former USING (district_id = nullif(current_setting('kepu.district', true), '')::uuid);

-- Of network tables.
CREATE TABLE former_shared (
    kind        text NOT NULL CHECK (kind IN ('district', 'organization', 'activity', 'session', 'competition', 'programme',
                                              'theme')),
    id          uuid NOT NULL,
    known_until timestamptz NOT NULL,
    was         jsonb NOT NULL,                           -- the whole row, without secrets
    PRIMARY KEY (kind, id, known_until)
);
CREATE INDEX former_shared_by_end ON former_shared (known_until);

GRANT SELECT, INSERT ON former, former_shared TO kepu_app;

-- Crosses the fence like `sessions_taken`, and tells as little: how many places were taken at a moment, by the steps that are
-- kept of every participation.
CREATE FUNCTION sessions_taken_then(asked uuid[], moment timestamptz)
    RETURNS TABLE (session_id uuid, taken bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT s.id, sum(g.taken)::bigint
    FROM unnest(asked) AS s (id)
    CROSS JOIN district d
    CROSS JOIN LATERAL (
        SELECT count(*) AS taken
        FROM participation p
        CROSS JOIN LATERAL (
            SELECT v.to_state FROM participation_event v
            WHERE v.district_id = d.id AND v.participation_id = p.id AND v.at <= moment
            ORDER BY v.id DESC LIMIT 1) e
        WHERE p.district_id = d.id AND p.session_id = s.id
          AND e.to_state IN ('registered', 'attended', 'recorded', 'confirmed')) g
    GROUP BY s.id
$$;
REVOKE ALL ON FUNCTION sessions_taken_then(uuid[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sessions_taken_then(uuid[], timestamptz) TO kepu_app;

-- Packs go on after a stop, and are made by themselves when a month or term has ended.
ALTER TABLE district ADD COLUMN report_packs boolean NOT NULL DEFAULT true;       -- whether the service makes them by itself
ALTER TABLE report_pack
    ADD COLUMN begun     integer NOT NULL DEFAULT 0,      -- how often it was begun: one that ends the service is given up
    ADD COLUMN of_period text;                            -- policy and period, of one that the service made by itself
CREATE UNIQUE INDEX report_pack_once ON report_pack (district_id, of_period) WHERE of_period IS NOT NULL;
CREATE INDEX report_pack_open ON report_pack (district_id, id) WHERE ended_at IS NULL;
