-- Lists of organizations, designations, competitions and programmes that come as a sheet: read and compared first, entered
-- when somebody says so. Tenant tables: a list is its district's until it is entered.

CREATE TABLE list_import (
    district_id  uuid NOT NULL REFERENCES district (id),
    id           uuid NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('organizations', 'designations', 'competitions', 'themes')),
    file_name    text NOT NULL,
    state        text NOT NULL CHECK (state IN ('staged', 'committed', 'discarded')),
    given        jsonb NOT NULL DEFAULT '{}',             -- what the upload says for every row, e.g. the scheme
    counts       jsonb NOT NULL DEFAULT '{}',             -- rows by outcome
    ignored      text[] NOT NULL DEFAULT '{}',            -- columns that were passed over
    created_by   uuid NOT NULL,
    created_at   timestamptz NOT NULL,
    finished_at  timestamptz,
    version      bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (district_id, id)
);

CREATE TABLE list_import_row (
    district_id uuid NOT NULL,
    import_id   uuid NOT NULL,
    row_no      bigint NOT NULL,                          -- row of the sheet as its reader counts it
    outcome     text NOT NULL CHECK (outcome IN ('added', 'changed', 'unchanged', 'refused')),
    label       text NOT NULL DEFAULT '',                 -- what the row is about
    cells       jsonb NOT NULL,                           -- as written, by column
    faults      jsonb NOT NULL DEFAULT '[]',              -- what is wrong with the row as such, whatever it says
    detail      jsonb NOT NULL DEFAULT '[]',              -- what changes, or the errors
    PRIMARY KEY (district_id, import_id, row_no),
    FOREIGN KEY (district_id, import_id) REFERENCES list_import (district_id, id)
);
CREATE INDEX list_import_row_by_outcome ON list_import_row (district_id, import_id, outcome, row_no);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['list_import', 'list_import_row']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant ON %I USING (district_id = nullif(current_setting(''kepu.district'', true), '''')::uuid)', t);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON list_import, list_import_row TO kepu_app;
