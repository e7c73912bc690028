-- Tenant tables that every operation uses: audit and idempotency. What belongs to no district
-- (sign-ins, platform administration) is kept under the nil UUID.

CREATE TABLE audit_event (
    district_id uuid NOT NULL,
    id          uuid NOT NULL,
    at          timestamptz NOT NULL,
    account_id  uuid,
    action      text NOT NULL,                            -- noun.verb, e.g. participation.confirm
    object_kind text NOT NULL,
    object_id   text NOT NULL,
    detail      jsonb NOT NULL DEFAULT '{}',
    address     text NOT NULL DEFAULT '',
    request_id  text NOT NULL DEFAULT '',
    PRIMARY KEY (district_id, id)
);
CREATE INDEX audit_event_by_object ON audit_event (district_id, object_kind, object_id, id);
CREATE INDEX audit_event_by_account ON audit_event (district_id, account_id, id);

CREATE TABLE idempotency_key (
    district_id uuid NOT NULL,
    account_id  uuid NOT NULL,
    key         text NOT NULL,
    digest      text NOT NULL,                            -- of method, path and body
    status      integer NOT NULL,
    headers     jsonb NOT NULL DEFAULT '{}',
    body        bytea NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (district_id, account_id, key)
);
CREATE INDEX idempotency_key_age ON idempotency_key (created_at);
