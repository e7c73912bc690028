-- Credentials: signed statements of credit that students carry away, and what tells other systems of changes. Tenant tables.

-- The keys by which a district signs badges (RSA). The public half is published for ever; the other one is only for the owner
-- and gone once the key has retired.
CREATE TABLE credential_key (
    district_id uuid NOT NULL REFERENCES district (id),
    id          uuid NOT NULL,
    modulus     bytea NOT NULL CHECK (octet_length(modulus) BETWEEN 256 AND 512),
    exponent    bytea NOT NULL,
    created_at  timestamptz NOT NULL,
    retired_at  timestamptz,
    PRIMARY KEY (district_id, id)
);
CREATE UNIQUE INDEX credential_key_that_signs ON credential_key (district_id) WHERE retired_at IS NULL;
CREATE TABLE credential_key_secret (
    district_id uuid NOT NULL,
    key_id      uuid NOT NULL,
    pem         text NOT NULL,
    PRIMARY KEY (district_id, key_id),
    FOREIGN KEY (district_id, key_id) REFERENCES credential_key (district_id, id)
);

-- A status list as it is published; its bits are those of its slots.
CREATE TABLE credential_list (
    district_id uuid NOT NULL REFERENCES district (id),
    list        integer NOT NULL CHECK (list > 0),
    address     text NOT NULL,                            -- as it is named in the badges
    token       text NOT NULL,                            -- the signed list
    made_at     timestamptz NOT NULL,
    PRIMARY KEY (district_id, list)
);
-- A place in a status list. It names nobody, so that it outlives whoever is erased: what is erased is revoked.
CREATE TABLE credential_slot (
    district_id uuid NOT NULL,
    list        integer NOT NULL,
    place       integer NOT NULL CHECK (place BETWEEN 0 AND 131071),
    revoked_at  timestamptz,
    PRIMARY KEY (district_id, list, place),
    FOREIGN KEY (district_id, list) REFERENCES credential_list (district_id, list)
);

-- Papers of many persons, made in the background as one file.
CREATE TABLE credential_batch (
    district_id       uuid NOT NULL REFERENCES district (id),
    id                uuid NOT NULL,
    kind              text NOT NULL CHECK (kind IN ('certificate', 'transcript')),
    school_id         uuid NOT NULL,
    class_id          uuid,                               -- none: the whole school
    wanted            jsonb NOT NULL,
    policy_id         text NOT NULL,
    policy_version_id uuid NOT NULL REFERENCES policy_version (id),
    pages             text NOT NULL,                      -- where the codes lead
    state             text NOT NULL CHECK (state IN ('working', 'done', 'failed')),
    progress_done     bigint NOT NULL DEFAULT 0,
    progress_total    bigint NOT NULL DEFAULT 0,
    papers            bigint NOT NULL DEFAULT 0,
    left_out          jsonb NOT NULL DEFAULT '[]',        -- who got none, and why
    file              text,
    requested_by      uuid NOT NULL,
    requested_at      timestamptz NOT NULL,
    finished_at       timestamptz,
    PRIMARY KEY (district_id, id),
    FOREIGN KEY (district_id, class_id) REFERENCES class (district_id, id)
);

CREATE TABLE credential (
    district_id       uuid NOT NULL REFERENCES district (id),
    id                uuid NOT NULL,
    number            text NOT NULL,
    kind              text NOT NULL CHECK (kind IN ('badge', 'certificate', 'transcript')),
    person_id         uuid NOT NULL,
    policy_id         text NOT NULL,
    policy_version_id uuid NOT NULL REFERENCES policy_version (id),
    claim             jsonb NOT NULL,                     -- what it states
    paper             jsonb,                              -- what a paper shows beside that, as of its moment
    list              integer,                            -- of a badge: where its status is
    place             integer,
    key_id            uuid,
    token             text,                               -- of a badge: the signed JWT
    batch_id          uuid,
    issued_by         uuid NOT NULL,
    issued_at         timestamptz NOT NULL,
    valid_until       timestamptz,
    revoked_at        timestamptz,
    revoked_by        uuid,
    revoke_reason     text,
    PRIMARY KEY (district_id, id),
    UNIQUE (district_id, number),
    UNIQUE (district_id, list, place),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, id),
    FOREIGN KEY (district_id, list, place) REFERENCES credential_slot (district_id, list, place),
    FOREIGN KEY (district_id, key_id) REFERENCES credential_key (district_id, id),
    FOREIGN KEY (district_id, batch_id) REFERENCES credential_batch (district_id, id),
    CHECK ((kind = 'badge') = (token IS NOT NULL AND list IS NOT NULL AND place IS NOT NULL AND key_id IS NOT NULL)),
    CHECK ((kind = 'badge') = (paper IS NULL)),
    CHECK ((revoked_at IS NULL) = (revoked_by IS NULL) AND (revoked_at IS NULL) = (revoke_reason IS NULL))
);
CREATE INDEX credential_by_person ON credential (district_id, person_id, id);
CREATE INDEX credential_by_batch ON credential (district_id, batch_id) WHERE batch_id IS NOT NULL;

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['credential_key', 'credential_key_secret', 'credential_list', 'credential_slot', 'credential_batch',
                             'credential']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant ON %I USING (district_id = nullif(current_setting(''kepu.district'', true), '''')::uuid)', t);
    END LOOP;
END $$;

GRANT SELECT ON credential_key TO kepu_app;
GRANT SELECT, INSERT ON credential_list, credential_slot, credential, credential_batch TO kepu_app;
GRANT UPDATE (token, made_at) ON credential_list TO kepu_app;
GRANT UPDATE (revoked_at) ON credential_slot TO kepu_app;
-- What was issued is never changed, but revoked.
GRANT UPDATE (revoked_at, revoked_by, revoke_reason) ON credential TO kepu_app;
GRANT UPDATE (state, progress_done, progress_total, papers, left_out, file, finished_at) ON credential_batch TO kepu_app;
