-- Erasing what is held about a person, because the person or the guardian wants it.
CREATE TABLE erasure (
    district_id uuid NOT NULL REFERENCES district (id),
    id          uuid NOT NULL,
    person_id   uuid,                                     -- none once it is done
    state       text NOT NULL CHECK (state IN ('requested', 'approved', 'refused', 'taken_back', 'done')),
    standing    jsonb NOT NULL,                           -- the state with what it owns (domain::erasure::Erasure)
    due_at      timestamptz,                              -- when the job does it
    rest        jsonb NOT NULL DEFAULT '[]',              -- files that are still to be removed or made anew
    asked_at    timestamptz NOT NULL,
    version     bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (district_id, id),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, id),
    CHECK (standing ->> 'state' = state),
    CHECK ((state = 'done') = (person_id IS NULL)),
    CHECK ((state = 'approved') = (due_at IS NOT NULL)),
    CHECK (rest = '[]' OR state = 'done')
);
-- One at a time for a person.
CREATE UNIQUE INDEX erasure_open ON erasure (district_id, person_id) WHERE state IN ('requested', 'approved');
CREATE INDEX erasure_due ON erasure (due_at) WHERE state = 'approved';
CREATE INDEX erasure_with_rest ON erasure (district_id, id) WHERE rest <> '[]';

ALTER TABLE erasure ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON erasure USING (district_id = nullif(current_setting('kepu.district', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON erasure TO kepu_app;
