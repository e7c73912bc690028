-- What a district pays its hosts for a person, reports that are kept under a name, and packs of reports. Tenant tables.

-- Never edited: one that is wrong or replaced is withdrawn, and another one added. So a past settlement can be told again.
CREATE TABLE tariff (
    district_id  uuid NOT NULL REFERENCES district (id),      -- who pays: for its own guests
    id           uuid NOT NULL,
    host_id      uuid NOT NULL REFERENCES organization (id),
    activity_id  uuid REFERENCES activity (id),               -- null: for what has none of its own
    fen          bigint NOT NULL CHECK (fen BETWEEN 0 AND 10000000),  -- for a person who came to a session
    first_day    date NOT NULL,
    last_day     date CHECK (last_day >= first_day),          -- inclusive; null: open
    note         text NOT NULL DEFAULT '',
    set_by       uuid NOT NULL,
    set_at       timestamptz NOT NULL,
    withdrawn_by uuid,
    withdrawn_at timestamptz,
    PRIMARY KEY (district_id, id),
    CHECK ((withdrawn_by IS NULL) = (withdrawn_at IS NULL)),
    CONSTRAINT tariff_once EXCLUDE USING gist
        (district_id WITH =, host_id WITH =, (coalesce(activity_id, '00000000-0000-0000-0000-000000000000')) WITH =,
         daterange(first_day, last_day, '[]') WITH &&)
        WHERE (withdrawn_at IS NULL)
);
CREATE INDEX tariff_by_host ON tariff (district_id, host_id, first_day);

-- When it was entered that an enrolment ended; null for what ended before this was kept. A report as of a past moment must
-- not know of an end that was entered later.
ALTER TABLE enrolment ADD COLUMN ended_at timestamptz;

CREATE TABLE saved_report (
    district_id uuid NOT NULL REFERENCES district (id),
    id          uuid NOT NULL,
    name        text NOT NULL,
    kind        text NOT NULL,
    query       jsonb NOT NULL,                               -- filters, period, as-of, as the address has them
    saved_by    uuid NOT NULL,
    saved_at    timestamptz NOT NULL,
    removed_at  timestamptz,
    PRIMARY KEY (district_id, id)
);
CREATE INDEX saved_report_by_account ON saved_report (district_id, saved_by, id);

-- All ready reports of a period, made in the background and kept.
CREATE TABLE report_pack (
    district_id uuid NOT NULL REFERENCES district (id),
    id          uuid NOT NULL,
    name        text NOT NULL,
    query       jsonb NOT NULL,                               -- policy, period, as-of, language
    kinds       text[] NOT NULL,
    state       text NOT NULL CHECK (state IN ('waiting', 'making', 'ready', 'failed')),
    done        integer NOT NULL DEFAULT 0,                   -- of the reports in `kinds`
    problem     text NOT NULL DEFAULT '',                     -- why it failed
    files       jsonb NOT NULL DEFAULT '[]',                  -- name, media type, bytes, where they are
    asked_by    uuid NOT NULL,
    asked_at    timestamptz NOT NULL,
    ended_at    timestamptz,
    PRIMARY KEY (district_id, id),
    CHECK ((state IN ('ready', 'failed')) = (ended_at IS NOT NULL)),
    CHECK (state <> 'failed' OR problem <> '')
);
CREATE INDEX report_pack_by_age ON report_pack (district_id, asked_at);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['tariff', 'saved_report', 'report_pack']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant ON %I USING (district_id = nullif(current_setting(''kepu.district'', true), '''')::uuid)', t);
    END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON tariff, saved_report, report_pack TO kepu_app;

-- Reports as of a past moment are read from temporary tables.
DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO kepu_app', current_database()); END $$;
