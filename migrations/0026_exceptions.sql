-- What an official should look at, found by the district's rules, and the rules. Tenant tables.

-- One row a district: what it wants to look at (null: what kepu proposes), and up to where it was looked.
CREATE TABLE exception_rules (
    district_id uuid PRIMARY KEY REFERENCES district (id),
    rules       jsonb,
    looked_to   uuid,                                     -- the last step of a participation or result that was seen
    looked_at   timestamptz,
    version     bigint NOT NULL DEFAULT 1
);

CREATE TABLE exception (
    district_id uuid NOT NULL REFERENCES district (id),
    id          uuid NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('two_places', 'burst', 'unusual_share', 'back_dated', 'unlisted_result')),
    subject_id  uuid NOT NULL,                            -- by kind: see the domain's exception::Key
    other_id    uuid,
    on_day      date NOT NULL,
    person_id   uuid,
    host_id     uuid REFERENCES organization (id),
    school_id   uuid REFERENCES organization (id),
    records     uuid[] NOT NULL,                          -- participations or results
    measure     integer NOT NULL CHECK (measure >= 0),
    state       text NOT NULL CHECK (state IN ('open', 'cleared', 'upheld', 'gone')),
    remark      text NOT NULL DEFAULT '',
    decided_by  uuid,
    decided_at  timestamptz,
    found_at    timestamptz NOT NULL,
    version     bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (district_id, id),
    UNIQUE NULLS NOT DISTINCT (district_id, kind, subject_id, other_id, on_day),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, id),
    CHECK ((state IN ('cleared', 'upheld')) = (decided_by IS NOT NULL)),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL))
);
CREATE INDEX exception_open ON exception (district_id, id) WHERE state = 'open';

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['exception_rules', 'exception']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant ON %I USING (district_id = nullif(current_setting(''kepu.district'', true), '''')::uuid)', t);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE ON exception_rules, exception TO kepu_app;
