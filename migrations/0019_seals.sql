-- Tamper evidence: the ledger of each district as a Merkle tree (RFC 6962) whose heads are signed. Tenant tables.
-- The sealer writes as the owner; requests may read, and nothing of it is ever changed but by erasing a person.

-- The keys that sign checkpoints, of all districts: the public half is published for ever, the other one is only for the
-- owner and gone once the key has retired.
CREATE TABLE seal_key (
    id         uuid PRIMARY KEY,
    public_key bytea NOT NULL UNIQUE CHECK (octet_length(public_key) = 32),
    created_at timestamptz NOT NULL,
    retired_at timestamptz
);
CREATE TABLE seal_key_secret (
    key_id uuid PRIMARY KEY REFERENCES seal_key (id),
    seed   bytea NOT NULL CHECK (octet_length(seed) = 32)
);

-- One row a district: its name on checkpoints, and the lock of who seals.
CREATE TABLE seal_log (
    district_id uuid PRIMARY KEY REFERENCES district (id),
    origin      text NOT NULL,
    created_at  timestamptz NOT NULL
);

-- A sealed ledger entry, in the order of sealing. No reference to the entry: it outlives who is erased.
CREATE TABLE seal_leaf (
    district_id uuid NOT NULL REFERENCES seal_log (district_id),
    position    bigint NOT NULL CHECK (position >= 0),
    entry_id    uuid NOT NULL,
    hash        bytea NOT NULL CHECK (octet_length(hash) = 32),
    sealed_at   timestamptz NOT NULL,
    PRIMARY KEY (district_id, position),
    UNIQUE (district_id, entry_id)
);

-- What hides the entry behind its leaf; deleted with the entry when a person is erased.
CREATE TABLE seal_salt (
    district_id uuid NOT NULL,
    position    bigint NOT NULL,
    salt        bytea NOT NULL CHECK (octet_length(salt) = 32),
    PRIMARY KEY (district_id, position),
    FOREIGN KEY (district_id, position) REFERENCES seal_leaf (district_id, position)
);

-- Leaves whose entry and salt were erased, so that this is not taken for tampering.
CREATE TABLE seal_erasure (
    district_id uuid NOT NULL,
    position    bigint NOT NULL,
    reason      text NOT NULL,
    erased_at   timestamptz NOT NULL,
    PRIMARY KEY (district_id, position),
    FOREIGN KEY (district_id, position) REFERENCES seal_leaf (district_id, position)
);

-- Complete subtrees of two leaves and more: the 2^level leaves from position · 2^level on.
CREATE TABLE seal_node (
    district_id uuid NOT NULL REFERENCES seal_log (district_id),
    level       smallint NOT NULL CHECK (level BETWEEN 1 AND 62),
    position    bigint NOT NULL CHECK (position >= 0),
    hash        bytea NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (district_id, level, position)
);

-- The signed heads, as they were published.
CREATE TABLE seal_checkpoint (
    district_id uuid NOT NULL REFERENCES seal_log (district_id),
    size        bigint NOT NULL CHECK (size > 0),
    root        bytea NOT NULL CHECK (octet_length(root) = 32),
    note        text NOT NULL,
    key_id      uuid NOT NULL REFERENCES seal_key (id),
    made_at     timestamptz NOT NULL,
    PRIMARY KEY (district_id, size)
);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['seal_log', 'seal_leaf', 'seal_salt', 'seal_erasure', 'seal_node', 'seal_checkpoint']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant ON %I USING (district_id = nullif(current_setting(''kepu.district'', true), '''')::uuid)', t);
    END LOOP;
END $$;

GRANT SELECT ON seal_key, seal_log, seal_leaf, seal_salt, seal_erasure, seal_node, seal_checkpoint TO kepu_app;
