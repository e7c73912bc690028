-- A line of a student's record is questioned; host and district answer within days that the district sets. Tenant tables.

-- One row a district: the days that it wants; without a row those that kepu proposes.
CREATE TABLE appeal_terms (
    district_id   uuid PRIMARY KEY REFERENCES district (id),
    host_days     integer NOT NULL CHECK (host_days BETWEEN 1 AND 90),
    district_days integer NOT NULL CHECK (district_days BETWEEN 1 AND 180),
    file_days     integer NOT NULL CHECK (file_days BETWEEN 1 AND 3660),
    version       bigint NOT NULL DEFAULT 1
);

CREATE TABLE appeal (
    district_id uuid NOT NULL REFERENCES district (id),   -- of the student; the host may be of another
    id          uuid NOT NULL,
    person_id   uuid NOT NULL,
    school_id   uuid REFERENCES organization (id),        -- of the line's day
    line_kind   text NOT NULL CHECK (line_kind IN ('participation', 'result')),
    line_id     uuid NOT NULL,
    host_id     uuid REFERENCES organization (id),        -- who is asked; none for a result
    state       text NOT NULL CHECK (state IN ('filed', 'stated', 'granted', 'declined', 'withdrawn')),
    standing    jsonb NOT NULL,                           -- the whole of it: see the domain's appeal::Appeal
    filed_by    uuid NOT NULL,
    filed_at    timestamptz NOT NULL,
    host_due    date,                                     -- the host's last day to say what happened
    due         date NOT NULL,                            -- the district's last day to decide
    decided_at  timestamptz,
    version     bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (district_id, id),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, id),
    CHECK ((host_id IS NULL) = (host_due IS NULL)),
    CHECK ((state IN ('granted', 'declined')) = (decided_at IS NOT NULL))
);
-- A line is questioned by one appeal at a time.
CREATE UNIQUE INDEX appeal_open_once ON appeal (district_id, line_kind, line_id) WHERE state IN ('filed', 'stated');
CREATE INDEX appeal_open ON appeal (district_id, due, id) WHERE state IN ('filed', 'stated');
CREATE INDEX appeal_by_person ON appeal (district_id, person_id, id);
CREATE INDEX appeal_by_host ON appeal (district_id, host_id, id) WHERE host_id IS NOT NULL;

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['appeal_terms', 'appeal']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant ON %I USING (district_id = nullif(current_setting(''kepu.district'', true), '''')::uuid)', t);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE ON appeal_terms, appeal TO kepu_app;

-- Credit that changes because an appeal was granted.
ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_cause_check;
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_cause_check
    CHECK (cause IN ('confirmed', 'amended', 'voided', 'verified', 'revoked', 'policy', 'designation', 'decision', 'person',
                     'neighbour', 'appeal'));
