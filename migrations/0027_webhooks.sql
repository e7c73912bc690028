-- Webhooks: systems outside that are told what happens, and what they were told. Tenant tables.
-- Requests write endpoints and read deliveries; the worker, as the owner, derives deliveries and sends them.

CREATE TABLE webhook_endpoint (
    district_id   uuid NOT NULL REFERENCES district (id),
    id            uuid NOT NULL,
    url           text NOT NULL,
    description   text NOT NULL DEFAULT '',
    state         text NOT NULL CHECK (state IN ('active', 'paused', 'disabled', 'deleted')),
    state_at      timestamptz NOT NULL,
    disabled_why  text CHECK (disabled_why IN ('gone', 'unreachable')),
    failing_since timestamptz,
    quiet_until   timestamptz,                            -- the receiver asked for it by Retry-After
    -- of the last attempt, whatever it was for
    attempted_at  timestamptz,
    last_status   integer,
    last_failure  text,
    seen_to       uuid NOT NULL,                          -- all that has an earlier id, but of the last day, was looked through
    created_by    uuid NOT NULL,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    version       bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (district_id, id),
    CHECK ((state = 'disabled') = (disabled_why IS NOT NULL)),
    CHECK (state = 'active' OR (failing_since IS NULL AND quiet_until IS NULL))
);

-- What an endpoint is told, and of which ids on.
CREATE TABLE webhook_topic (
    district_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    kind        text NOT NULL,
    since       uuid NOT NULL,
    PRIMARY KEY (district_id, endpoint_id, kind),
    FOREIGN KEY (district_id, endpoint_id) REFERENCES webhook_endpoint (district_id, id)
);

-- What signs. A request that makes a secret shows it once and cannot read it ever after; only the owner can.
CREATE TABLE webhook_secret (
    district_id uuid NOT NULL,
    id          uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    secret      bytea NOT NULL CHECK (octet_length(secret) BETWEEN 24 AND 64),
    created_at  timestamptz NOT NULL,
    signs_until timestamptz,                              -- none: it is the one that signs now
    PRIMARY KEY (district_id, id),
    FOREIGN KEY (district_id, endpoint_id) REFERENCES webhook_endpoint (district_id, id)
);
CREATE UNIQUE INDEX webhook_secret_that_signs ON webhook_secret (district_id, endpoint_id) WHERE signs_until IS NULL;

-- An event for an endpoint. The event is the row from which it is told, so that it is told once however often it is looked.
CREATE TABLE webhook_delivery (
    district_id   uuid NOT NULL,
    id            uuid NOT NULL,
    endpoint_id   uuid NOT NULL,
    event_id      uuid NOT NULL,
    kind          text NOT NULL,
    occurred_at   timestamptz NOT NULL,
    body          text NOT NULL,                          -- as it is signed and sent, at every attempt the same
    state         text NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed', 'cancelled')),
    made          integer NOT NULL CHECK (made >= 0),
    due_at        timestamptz,
    ended_at      timestamptz,
    claimed_until timestamptz,                            -- a worker is sending it; after this moment another one may
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (district_id, id),
    UNIQUE (district_id, endpoint_id, event_id),
    FOREIGN KEY (district_id, endpoint_id) REFERENCES webhook_endpoint (district_id, id),
    CHECK ((state = 'waiting') = (due_at IS NOT NULL) AND (state = 'waiting') = (ended_at IS NULL))
);
CREATE INDEX webhook_delivery_waiting ON webhook_delivery (district_id, endpoint_id, due_at) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_failed ON webhook_delivery (district_id, endpoint_id, ended_at) WHERE state = 'failed';
CREATE INDEX webhook_delivery_newest ON webhook_delivery (district_id, endpoint_id, id);

CREATE TABLE webhook_attempt (
    district_id uuid NOT NULL,
    id          uuid NOT NULL,
    delivery_id uuid NOT NULL,
    at          timestamptz NOT NULL,
    duration_ms integer NOT NULL CHECK (duration_ms >= 0),
    status      integer,                                  -- none: there was no answer
    failure     text CHECK (failure IN ('not_public', 'timeout', 'unreachable')),
    answer      text NOT NULL DEFAULT '',                 -- its first bytes, or what went wrong
    PRIMARY KEY (district_id, id),
    FOREIGN KEY (district_id, delivery_id) REFERENCES webhook_delivery (district_id, id),
    CHECK ((status IS NULL) = (failure IS NOT NULL))
);
CREATE INDEX webhook_attempt_by_delivery ON webhook_attempt (district_id, delivery_id, id);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['webhook_endpoint', 'webhook_topic', 'webhook_secret', 'webhook_delivery', 'webhook_attempt']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant ON %I USING (district_id = nullif(current_setting(''kepu.district'', true), '''')::uuid)', t);
    END LOOP;
END $$;

GRANT SELECT, INSERT ON webhook_endpoint, webhook_delivery TO kepu_app;
GRANT SELECT, INSERT, DELETE ON webhook_topic TO kepu_app;
GRANT SELECT ON webhook_attempt TO kepu_app;
GRANT UPDATE (url, description, state, state_at, disabled_why, failing_since, quiet_until, updated_at, version)
    ON webhook_endpoint TO kepu_app;
GRANT UPDATE (state, made, due_at, ended_at, claimed_until) ON webhook_delivery TO kepu_app;
-- Everything of a secret but the secret.
GRANT INSERT, DELETE ON webhook_secret TO kepu_app;
GRANT SELECT (district_id, id, endpoint_id, created_at, signs_until) ON webhook_secret TO kepu_app;
GRANT UPDATE (signs_until) ON webhook_secret TO kepu_app;
