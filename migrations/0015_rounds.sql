-- Designations: rounds in which they are applied for, and what becomes of them afterwards. Network tables: applicants come
-- from several districts, and who reads what is judged by `permits` and by who applies, reviews and decides.

ALTER TABLE scheme ADD COLUMN rules jsonb;               -- form, criteria, validity, as the domain's Rules; null: no rounds

-- A person outside the rosters who may hold a title: a chief technical officer, a promotion officer.
CREATE TABLE professional (
    id          uuid PRIMARY KEY,
    employer_id uuid NOT NULL REFERENCES organization (id),
    name        text NOT NULL,
    post        text NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL,
    UNIQUE (employer_id, name)
);

CREATE TABLE round (
    id         uuid PRIMARY KEY,
    scheme_id  uuid NOT NULL REFERENCES scheme (id),
    name_zh    text NOT NULL,
    name_en    text NOT NULL DEFAULT '',
    opens_on   date NOT NULL,
    closes_on  date NOT NULL,                            -- last day, inclusive; the day before the first if it never opened
    rules      jsonb NOT NULL,                           -- those of the scheme when the round was opened
    version    bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK (closes_on >= opens_on - 1)
);
CREATE INDEX round_by_scheme ON round (scheme_id, id);

CREATE TABLE round_reviewer (
    round_id   uuid NOT NULL REFERENCES round (id),
    account_id uuid NOT NULL REFERENCES account (id),
    added_by   uuid NOT NULL,
    added_at   timestamptz NOT NULL,
    PRIMARY KEY (round_id, account_id)
);

CREATE TABLE application (
    id              uuid PRIMARY KEY,
    round_id        uuid NOT NULL REFERENCES round (id),
    organization_id uuid NOT NULL REFERENCES organization (id),   -- who applies; the employer if a professional is to hold it
    professional_id uuid REFERENCES professional (id),
    state           text NOT NULL CHECK (state IN ('draft', 'submitted', 'returned', 'under_review', 'approved', 'refused',
                                                   'published', 'awarded', 'appealed', 'dismissed', 'withdrawn')),
    standing        jsonb NOT NULL,                      -- the state with what it owns, as the domain's Application
    since           date NOT NULL,                       -- day on which it came into the state
    answers         jsonb NOT NULL DEFAULT '{}',
    spot_check      jsonb,                               -- what somebody found who went there
    created_by      uuid NOT NULL,
    version         bigint NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL
);
CREATE INDEX application_by_round ON application (round_id, id);
CREATE INDEX application_by_organization ON application (organization_id, id);
CREATE UNIQUE INDEX application_once ON application (round_id, organization_id)
    WHERE professional_id IS NULL AND state <> 'withdrawn';
CREATE UNIQUE INDEX application_once_each ON application (round_id, professional_id)
    WHERE professional_id IS NOT NULL AND state <> 'withdrawn';

CREATE TABLE application_event (
    id             uuid PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES application (id),
    step           text NOT NULL,
    from_state     text,
    to_state       text NOT NULL,
    reason         text NOT NULL DEFAULT '',
    account_id     uuid NOT NULL,
    at             timestamptz NOT NULL
);
CREATE INDEX application_event_by_application ON application_event (application_id, id);

CREATE TABLE application_file (
    id             uuid PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES application (id),
    field          text,                                 -- key of the form's field; null: a photograph of the spot check
    file_name      text NOT NULL,
    media_type     text NOT NULL,
    bytes          bigint NOT NULL CHECK (bytes > 0),
    digest         text NOT NULL,                        -- sha256, hex
    object_key     text NOT NULL UNIQUE,
    uploaded_by    uuid NOT NULL,
    uploaded_at    timestamptz NOT NULL,
    removed_at     timestamptz
);
CREATE INDEX application_file_by_application ON application_file (application_id) WHERE removed_at IS NULL;

-- One reviewer's scores in one hearing; an appeal that is upheld begins the second one.
CREATE TABLE application_review (
    id             uuid PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES application (id),
    hearing        smallint NOT NULL CHECK (hearing IN (1, 2)),
    account_id     uuid NOT NULL REFERENCES account (id),
    scores         jsonb NOT NULL,                       -- points and remark by criterion, as the domain's Scores
    remark         text NOT NULL DEFAULT '',
    at             timestamptz NOT NULL,
    UNIQUE (application_id, hearing, account_id)
);

-- A reviewer who must not review an application, for a reason that the records do not show.
CREATE TABLE reviewer_tie (
    application_id uuid NOT NULL REFERENCES application (id),
    account_id     uuid NOT NULL REFERENCES account (id),
    reason         text NOT NULL,
    declared_by    uuid NOT NULL,
    declared_at    timestamptz NOT NULL,
    PRIMARY KEY (application_id, account_id)
);

CREATE TABLE objection (
    id             uuid PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES application (id),
    grounds        text NOT NULL,
    raised_by      uuid NOT NULL,
    raised_on      date NOT NULL,
    raised_at      timestamptz NOT NULL,
    outcome        text CHECK (outcome IN ('upheld', 'dismissed')),
    answer         text NOT NULL DEFAULT '',
    answered_by    uuid,
    answered_at    timestamptz,
    CHECK ((outcome IS NULL) = (answered_at IS NULL))
);
CREATE INDEX objection_by_application ON objection (application_id, id);

-- Held by an organization or by a professional, whose title makes no host of the employer.
ALTER TABLE designation
    ALTER COLUMN organization_id DROP NOT NULL,
    ADD COLUMN professional_id uuid REFERENCES professional (id),
    ADD COLUMN application_id  uuid UNIQUE REFERENCES application (id),
    ADD COLUMN revoked_from    date,                     -- first day on which it is no more
    ADD CONSTRAINT designation_has_one_holder CHECK (num_nonnulls(organization_id, professional_id) = 1);
CREATE INDEX designation_by_professional ON designation (professional_id) WHERE professional_id IS NOT NULL;
CREATE INDEX designation_by_number ON designation (number);

-- Days on which a designation is not in force.
CREATE TABLE designation_suspension (
    id             uuid PRIMARY KEY,
    designation_id uuid NOT NULL REFERENCES designation (id),
    suspended_from date NOT NULL,
    lifted_from    date,                                 -- first day on which it is in force again
    CHECK (lifted_from IS NULL OR lifted_from >= suspended_from)
);
CREATE INDEX designation_suspension_by_designation ON designation_suspension (designation_id, suspended_from);
CREATE UNIQUE INDEX designation_suspension_lasts ON designation_suspension (designation_id) WHERE lifted_from IS NULL;

CREATE TABLE designation_assessment (
    designation_id uuid NOT NULL REFERENCES designation (id),
    year           integer NOT NULL,
    outcome        text NOT NULL CHECK (outcome IN ('passed', 'failed', 'conditions')),
    remark         text NOT NULL DEFAULT '',
    assessed_by    uuid NOT NULL,
    assessed_at    timestamptz NOT NULL,
    PRIMARY KEY (designation_id, year)
);

-- What the public register shows of a designation's past.
CREATE TABLE designation_event (
    id             uuid PRIMARY KEY,
    designation_id uuid NOT NULL REFERENCES designation (id),
    kind           text NOT NULL CHECK (kind IN ('awarded', 'suspended', 'lifted', 'revoked', 'renewed', 'assessed')),
    on_day         date NOT NULL,                        -- from which it holds
    reason         text NOT NULL DEFAULT '',
    account_id     uuid NOT NULL,
    at             timestamptz NOT NULL
);
CREATE INDEX designation_event_by_designation ON designation_event (designation_id, id);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['professional', 'round', 'round_reviewer', 'application', 'application_event',
                             'application_file', 'application_review', 'reviewer_tie', 'objection',
                             'designation_suspension', 'designation_assessment', 'designation_event']
    LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO kepu_app', t);
    END LOOP;
END $$;
GRANT DELETE ON round_reviewer TO kepu_app;
REVOKE UPDATE ON application_event, reviewer_tie, designation_assessment, designation_event FROM kepu_app;
