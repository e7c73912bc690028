-- The door: passes, devices, scans and what became of them.

ALTER TABLE session
    ADD COLUMN door_mode   text NOT NULL DEFAULT 'in' CHECK (door_mode IN ('in', 'in_out')),  -- in_out: credits by the minute
    ADD COLUMN walk_ins    boolean NOT NULL DEFAULT false,                                    -- takes who was not registered
    ADD COLUMN code_secret bytea;                                                             -- of its rotating code; made at the first opening

-- Keys that sign passes. The newest signs; older ones verify as long as their passes hold.
CREATE TABLE door_key (
    district_id uuid NOT NULL REFERENCES district (id),
    number      smallint NOT NULL CHECK (number BETWEEN 1 AND 255),
    seed        bytea NOT NULL,                           -- Ed25519
    public_key  bytea NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (district_id, number)
);

-- A person's passes; the one that is not replaced holds. All of one person carry the same public number.
CREATE TABLE pass (
    district_id uuid NOT NULL,
    id          uuid NOT NULL,
    person_id   uuid NOT NULL,
    number      bigint NOT NULL CHECK (number BETWEEN 1 AND 999999999999),
    issue       integer NOT NULL CHECK (issue BETWEEN 1 AND 65535),
    key_number  smallint NOT NULL,
    issued_by   uuid NOT NULL,
    issued_at   timestamptz NOT NULL,
    replaced_at timestamptz,
    reason      text NOT NULL DEFAULT '',                 -- why it was replaced
    PRIMARY KEY (district_id, id),
    UNIQUE (district_id, number, issue),
    UNIQUE (district_id, person_id, issue),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, id),
    FOREIGN KEY (district_id, key_number) REFERENCES door_key (district_id, number)
);
CREATE UNIQUE INDEX pass_holds ON pass (district_id, person_id) WHERE replaced_at IS NULL;

-- A device that was opened for a session. Its key signs the files that carry its scans when it gets no network.
CREATE TABLE door_device (
    district_id  uuid NOT NULL REFERENCES district (id),
    id           uuid NOT NULL,
    name         text NOT NULL,
    public_key   bytea NOT NULL,
    account_id   uuid NOT NULL,
    opened_at    timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    PRIMARY KEY (district_id, id)
);

-- One look at somebody, as it came. Never changed.
CREATE TABLE scan (
    district_id     uuid NOT NULL REFERENCES district (id),
    id              uuid NOT NULL,                        -- made by the device
    session_id      uuid NOT NULL REFERENCES session (id),
    device_id       uuid NOT NULL,
    account_id      uuid NOT NULL,
    scanned_at      timestamptz NOT NULL,                 -- by the device's clock
    clock_offset_ms bigint,                               -- what the device measured
    at              timestamptz NOT NULL,                 -- by ours
    received_at     timestamptz NOT NULL,
    direction       text NOT NULL CHECK (direction IN ('in', 'out')),
    method          text NOT NULL CHECK (method IN ('pass', 'hand', 'class', 'code')),
    person_id       uuid,                                 -- null: nobody was made out, `defect` says why
    issue           integer,
    defect          text,
    digest          bytea NOT NULL,                       -- of all that the device said
    PRIMARY KEY (district_id, id)
);
CREATE INDEX scan_by_session ON scan (district_id, session_id, person_id);

-- What a scan is worth; a later look, or an earlier scan that came later, adds another one. The last one holds.
CREATE TABLE scan_verdict (
    district_id  uuid NOT NULL,
    scan_id      uuid NOT NULL,
    number       integer NOT NULL,
    verdict      text NOT NULL CHECK (verdict IN ('accepted', 'duplicate_of', 'needs_review', 'refused')),
    reason       text NOT NULL,
    duplicate_of uuid,
    at           timestamptz NOT NULL,
    PRIMARY KEY (district_id, scan_id, number),
    FOREIGN KEY (district_id, scan_id) REFERENCES scan (district_id, id)
);

-- What somebody decided who looked at a scan that was in doubt. The last one holds.
CREATE TABLE scan_review (
    district_id uuid NOT NULL,
    id          uuid NOT NULL,
    scan_id     uuid NOT NULL,
    decision    text NOT NULL CHECK (decision IN ('accept', 'refuse')),
    reason      text NOT NULL,
    account_id  uuid NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (district_id, id),
    FOREIGN KEY (district_id, scan_id) REFERENCES scan (district_id, id)
);
CREATE INDEX scan_review_by_scan ON scan_review (district_id, scan_id);

-- The host closed a session for the guests of this district. Scans that come later are treated as if they had come before.
CREATE TABLE door_closing (
    district_id uuid NOT NULL REFERENCES district (id),
    session_id  uuid NOT NULL REFERENCES session (id),
    closed_by   uuid NOT NULL,
    closed_at   timestamptz NOT NULL,
    held        uuid[] NOT NULL DEFAULT '{}',             -- persons that somebody must still look at
    PRIMARY KEY (district_id, session_id)
);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['door_key', 'pass', 'door_device', 'scan', 'scan_verdict', 'scan_review', 'door_closing']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant ON %I USING (district_id = nullif(current_setting(''kepu.district'', true), '''')::uuid)', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO kepu_app', t);
    END LOOP;
END $$;
REVOKE UPDATE ON scan, scan_verdict, scan_review, door_key FROM kepu_app;
