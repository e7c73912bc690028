-- Network tables: what all districts share. On Citus each is a reference table.
-- Rules for every migration (ARCHITECTURE.md, "Tenancy"): no triggers, no ON DELETE SET NULL, identifiers
-- are made by the application (UUIDv7), times are timestamptz, no volatile function in an UPDATE.

CREATE TABLE authority (
    id         uuid PRIMARY KEY,
    parent_id  uuid REFERENCES authority (id),
    level      text NOT NULL CHECK (level IN ('country', 'province', 'city', 'district')),
    code       text NOT NULL UNIQUE,
    name_zh    text NOT NULL,
    name_en    text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL
);

-- The tenant. Its id is also the id of its authority row.
CREATE TABLE district (
    id         uuid PRIMARY KEY REFERENCES authority (id),
    code       text NOT NULL UNIQUE,
    name_zh    text NOT NULL,
    name_en    text NOT NULL DEFAULT '',
    time_zone  text NOT NULL DEFAULT 'Asia/Shanghai',
    settings   jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL
);

CREATE TABLE organization (
    id          uuid PRIMARY KEY,
    district_id uuid NOT NULL REFERENCES district (id),
    kind        text NOT NULL CHECK (kind IN ('school', 'kindergarten', 'base', 'museum', 'company', 'institute',
                                              'university', 'community', 'media', 'authority')),
    code        text NOT NULL,
    name_zh     text NOT NULL,
    name_en     text NOT NULL DEFAULT '',
    level       text,                       -- of the organization itself: national, provincial, city, district …
    attributes  jsonb NOT NULL DEFAULT '{}',
    status      text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'closed')),
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    UNIQUE (district_id, code)
);
CREATE INDEX organization_by_kind ON organization (district_id, kind, name_zh);

CREATE TABLE scheme (
    id           uuid PRIMARY KEY,
    authority_id uuid NOT NULL REFERENCES authority (id),
    code         text NOT NULL,             -- what policies name in `host_designation`
    name_zh      text NOT NULL,
    name_en      text NOT NULL DEFAULT '',
    holder_kinds text[] NOT NULL DEFAULT '{}',
    version      bigint NOT NULL DEFAULT 1,
    created_at   timestamptz NOT NULL,
    UNIQUE (authority_id, code)
);

CREATE TABLE designation (
    id              uuid PRIMARY KEY,
    scheme_id       uuid NOT NULL REFERENCES scheme (id),
    organization_id uuid NOT NULL REFERENCES organization (id),
    number          text NOT NULL,
    level           text,                   -- the host's level under this scheme, read as `host_level`
    valid_from      date NOT NULL,
    valid_to        date,                   -- last day, inclusive; null = open
    source          text NOT NULL DEFAULT '',
    version         bigint NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    UNIQUE (scheme_id, number),
    CHECK (valid_to IS NULL OR valid_to >= valid_from)
);
CREATE INDEX designation_by_holder ON designation (organization_id, valid_from);

CREATE TABLE activity (
    id          uuid PRIMARY KEY,
    district_id uuid NOT NULL REFERENCES district (id),
    host_id     uuid NOT NULL REFERENCES organization (id),
    code        text NOT NULL,
    kind        text NOT NULL,              -- free word that policies match: practice, visit, lecture, club …
    title_zh    text NOT NULL,
    title_en    text NOT NULL DEFAULT '',
    level       text,
    grades      int4range,
    tags        text[] NOT NULL DEFAULT '{}',
    voluntary   boolean NOT NULL DEFAULT true,
    school_day  boolean NOT NULL DEFAULT false,
    minutes     integer NOT NULL CHECK (minutes BETWEEN 1 AND 1440),
    status      text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed')),
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    UNIQUE (host_id, code)
);
CREATE INDEX activity_by_district ON activity (district_id, id);

CREATE TABLE session (
    id          uuid PRIMARY KEY,
    activity_id uuid NOT NULL REFERENCES activity (id),
    district_id uuid NOT NULL REFERENCES district (id),   -- where it happens
    host_id     uuid NOT NULL REFERENCES organization (id),
    starts_at   timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL,
    place       text NOT NULL DEFAULT '',
    capacity    integer CHECK (capacity > 0),
    status      text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed', 'cancelled')),
    reason      text NOT NULL DEFAULT '',                 -- why it was cancelled
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    CHECK (ends_at > starts_at)
);
CREATE INDEX session_by_host ON session (host_id, starts_at);
CREATE INDEX session_by_activity ON session (activity_id, starts_at);
CREATE INDEX session_by_district ON session (district_id, starts_at);

CREATE TABLE competition (
    id          uuid PRIMARY KEY,
    district_id uuid REFERENCES district (id),            -- null: on the national list
    series      text NOT NULL,                            -- the contest through the years, read as `contest_series`
    edition     text NOT NULL,                            -- this year's contest, e.g. 2026
    name_zh     text NOT NULL,
    name_en     text NOT NULL DEFAULT '',
    kind        text NOT NULL DEFAULT 'competition',      -- read as the record's `kind`: competition, paper, project …
    list_no     integer,
    stages      text[] NOT NULL DEFAULT '{}',
    listed      boolean NOT NULL DEFAULT false,           -- on the published white list
    valid_from  date NOT NULL,
    valid_to    date,
    source      text NOT NULL DEFAULT '',
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    UNIQUE NULLS NOT DISTINCT (district_id, series, edition)
);

-- A published rule set. Its text never changes; a change is a new version.
CREATE TABLE policy_version (
    id           uuid PRIMARY KEY,
    district_id  uuid REFERENCES district (id),           -- null: shipped with kepu, open to all
    policy_id    text NOT NULL,
    version      text NOT NULL,
    title_zh     text NOT NULL,
    title_en     text NOT NULL DEFAULT '',
    illustrative boolean NOT NULL DEFAULT false,
    document     text NOT NULL,                           -- the YAML, as published
    digest       text NOT NULL,                           -- sha256 of document, hex
    published_by uuid,
    published_at timestamptz NOT NULL,
    UNIQUE NULLS NOT DISTINCT (district_id, policy_id, version)
);

-- Which version a district scores by, from when. At most one is effective per (district, policy_id) at a time.
CREATE TABLE policy_adoption (
    id                uuid PRIMARY KEY,
    district_id       uuid NOT NULL REFERENCES district (id),
    policy_version_id uuid NOT NULL REFERENCES policy_version (id),
    policy_id         text NOT NULL,
    state             text NOT NULL CHECK (state IN ('computing', 'computed', 'failed', 'applying', 'effective', 'superseded', 'discarded')),
    progress_done     bigint NOT NULL DEFAULT 0,
    progress_total    bigint NOT NULL DEFAULT 0,
    outcome           jsonb NOT NULL DEFAULT '{}',        -- who gains, who loses, totals
    requested_by      uuid,
    requested_at      timestamptz NOT NULL,
    effective_at      timestamptz,
    superseded_at     timestamptz,
    version           bigint NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX policy_adoption_effective ON policy_adoption (district_id, policy_id) WHERE state = 'effective';
CREATE INDEX policy_adoption_by_district ON policy_adoption (district_id, requested_at);
