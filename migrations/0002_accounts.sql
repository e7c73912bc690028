-- Logins, their rights, their sessions. Network tables.

CREATE TABLE account (
    id                   uuid PRIMARY KEY,
    login                text NOT NULL UNIQUE,            -- stored folded to lower case
    display_name         text NOT NULL,
    password_hash        text NOT NULL,                   -- argon2id PHC string
    must_change_password boolean NOT NULL DEFAULT true,
    status               text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    failed_logins        integer NOT NULL DEFAULT 0,
    locked_until         timestamptz,
    password_changed_at  timestamptz NOT NULL,
    version              bigint NOT NULL DEFAULT 1,
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL
);

-- role × scope. Exactly one scope: the platform (all null), an authority (city), a district, an organization
-- (with its district), or a person (with the district it belongs to; no foreign key: persons are tenant rows).
CREATE TABLE account_grant (
    id              uuid PRIMARY KEY,
    account_id      uuid NOT NULL REFERENCES account (id),
    role            text NOT NULL CHECK (role IN ('teacher', 'school_admin', 'base_staff', 'base_admin', 'district_official',
                                                  'city_official', 'auditor', 'guardian', 'student', 'platform_admin')),
    authority_id    uuid REFERENCES authority (id),
    district_id     uuid REFERENCES district (id),
    organization_id uuid REFERENCES organization (id),
    person_id       uuid,
    granted_by      uuid,
    granted_at      timestamptz NOT NULL,
    revoked_at      timestamptz
);
CREATE INDEX account_grant_by_account ON account_grant (account_id);
CREATE INDEX account_grant_by_organization ON account_grant (organization_id);

-- One signed-in device. Its refresh token rotates; an old one coming back revokes the family.
CREATE TABLE login_session (
    id           uuid PRIMARY KEY,
    account_id   uuid NOT NULL REFERENCES account (id),
    user_agent   text NOT NULL DEFAULT '',
    address      text NOT NULL DEFAULT '',
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    revoked_for  text
);
CREATE INDEX login_session_by_account ON login_session (account_id);

CREATE TABLE refresh_token (
    digest     text PRIMARY KEY,                          -- sha256, hex; the token itself is never stored
    session_id uuid NOT NULL REFERENCES login_session (id),
    issued_at  timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX refresh_token_by_session ON refresh_token (session_id);

-- Failed sign-ins by network address, for the back-off.
CREATE TABLE login_attempt (
    address      text PRIMARY KEY,
    failures     integer NOT NULL,
    last_at      timestamptz NOT NULL,
    locked_until timestamptz
);

-- Keys that sign access tokens (Ed25519, PKCS#8 PEM). The newest signs; older ones verify until they retire.
CREATE TABLE signing_key (
    kid         text PRIMARY KEY,
    private_pem text NOT NULL,
    public_pem  text NOT NULL,
    created_at  timestamptz NOT NULL,
    retires_at  timestamptz
);
