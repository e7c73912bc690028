-- Tenant tables: what the engine reads, the ledger it writes, the score that lists and reports read.

-- One confirmed participation or verified result, flattened, in one version of what was known. Never edited but for
-- known_until: an amendment ends the old version and adds a new one, so any past moment can be evaluated again.
CREATE TABLE record (
    district_id   uuid NOT NULL REFERENCES district (id),
    id            uuid NOT NULL,                          -- of this version
    record_id     uuid NOT NULL,                          -- the participation's or result's id
    source        text NOT NULL CHECK (source IN ('participation', 'result')),
    person_id     uuid NOT NULL,
    school_id     uuid,
    class_id      uuid,
    grade         integer,
    starts_at     timestamptz NOT NULL,
    host_id       uuid,
    facts         jsonb NOT NULL,                         -- the engine's Record, as serde writes it
    known_from    timestamptz NOT NULL,
    known_until   timestamptz,
    PRIMARY KEY (district_id, id),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, id),
    CHECK (known_until IS NULL OR known_until >= known_from)
);
CREATE UNIQUE INDEX record_current ON record (district_id, record_id) WHERE known_until IS NULL;
CREATE INDEX record_by_person ON record (district_id, person_id, known_from);
CREATE INDEX record_by_host ON record (district_id, host_id, starts_at) WHERE known_until IS NULL;

-- Decisions of officials on soft rules: waived or enforced, for one record or for all of a person's.
CREATE TABLE soft_decision (
    district_id uuid NOT NULL REFERENCES district (id),
    id          uuid NOT NULL,
    policy_id   text NOT NULL,
    rule        text NOT NULL,                            -- id of the soft limit or requirement
    record_id   uuid NOT NULL,
    person_id   uuid NOT NULL,
    decision    text NOT NULL CHECK (decision IN ('waive', 'enforce')),
    reason      text NOT NULL,
    decided_by  uuid NOT NULL,
    decided_at  timestamptz NOT NULL,
    revoked_at  timestamptz,
    PRIMARY KEY (district_id, id),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, id)
);
CREATE UNIQUE INDEX soft_decision_open ON soft_decision (district_id, policy_id, rule, record_id) WHERE revoked_at IS NULL;
CREATE INDEX soft_decision_by_person ON soft_decision (district_id, person_id);

-- One change of credit. The application role may insert and read, nothing else. Amounts are thousandths of a credit.
CREATE TABLE ledger_entry (
    district_id       uuid NOT NULL REFERENCES district (id),
    id                uuid NOT NULL,
    policy_id         text NOT NULL,
    policy_version_id uuid NOT NULL REFERENCES policy_version (id),
    person_id         uuid NOT NULL,
    record_id         uuid NOT NULL,
    amount            bigint NOT NULL CHECK (amount <> 0),
    cause             text NOT NULL CHECK (cause IN ('confirmed', 'amended', 'voided', 'verified', 'revoked', 'policy',
                                                     'designation', 'decision', 'neighbour')),
    reason            jsonb NOT NULL,                     -- the line's reasons as code + parameters
    corrects          uuid,                               -- the entry of the same record that this one corrects
    -- what reports group by, as of the record's day
    category          text NOT NULL,
    rule              text NOT NULL,
    school_id         uuid,
    class_id          uuid,
    grade             integer,
    host_id           uuid,
    on_day            date NOT NULL,
    account_id        uuid NOT NULL,
    at                timestamptz NOT NULL,
    PRIMARY KEY (district_id, id),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, id)
);
CREATE INDEX ledger_by_person ON ledger_entry (district_id, person_id, policy_id, at);
CREATE INDEX ledger_by_school ON ledger_entry (district_id, policy_id, school_id, on_day);

-- Summary: what each record earns now. Kept with the ledger in one transaction; Σ ledger = counted.
CREATE TABLE score_line (
    district_id uuid NOT NULL REFERENCES district (id),
    policy_id   text NOT NULL,
    record_id   uuid NOT NULL,
    person_id   uuid NOT NULL,
    raw         bigint NOT NULL,
    counted     bigint NOT NULL,
    status      text NOT NULL CHECK (status IN ('counted', 'cut', 'refused')),
    flagged     boolean NOT NULL DEFAULT false,           -- a soft rule waits for a decision
    category    text NOT NULL DEFAULT '',
    rule        text NOT NULL DEFAULT '',
    school_id   uuid,
    class_id    uuid,
    grade       integer,
    host_id     uuid,
    on_day      date NOT NULL,
    minutes     integer NOT NULL DEFAULT 0,
    last_entry  uuid,                                     -- newest ledger entry of the record
    PRIMARY KEY (district_id, policy_id, record_id),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, id),
    CHECK (counted BETWEEN 0 AND raw)
);
CREATE INDEX score_line_by_person ON score_line (district_id, person_id, policy_id);
CREATE INDEX score_line_by_school ON score_line (district_id, policy_id, school_id, on_day);

-- What a person has under a policy.
CREATE TABLE score (
    district_id       uuid NOT NULL REFERENCES district (id),
    policy_id         text NOT NULL,
    person_id         uuid NOT NULL,
    policy_version_id uuid NOT NULL REFERENCES policy_version (id),
    eligible          boolean NOT NULL,
    total             bigint NOT NULL CHECK (total >= 0), -- thousandths
    measures          jsonb NOT NULL DEFAULT '{}',
    levels            jsonb NOT NULL DEFAULT '{}',
    outputs           jsonb NOT NULL DEFAULT '{}',
    requirements      jsonb NOT NULL DEFAULT '[]',
    flags             integer NOT NULL DEFAULT 0,
    version           bigint NOT NULL DEFAULT 1,
    computed_at       timestamptz NOT NULL,
    PRIMARY KEY (district_id, policy_id, person_id),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, id)
);
