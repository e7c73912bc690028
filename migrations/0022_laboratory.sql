-- The laboratory: changes of the rules that are being written and approved, and trials of rules on the district's history.
-- Nothing here is read by the engine: what a trial says is kept beside the ledger, and can be deleted.

-- Whether a change of the rules needs a second official.
ALTER TABLE district ADD COLUMN second_official boolean NOT NULL DEFAULT false;

CREATE TABLE policy_draft (
    district_id       uuid NOT NULL REFERENCES district (id),
    id                uuid NOT NULL,
    document          text NOT NULL,                      -- as last saved; may be unfinished
    policy_id         text NOT NULL DEFAULT '',           -- as the text says it, empty while it cannot be read
    policy_version    text NOT NULL DEFAULT '',
    title_zh          text NOT NULL DEFAULT '',
    title_en          text NOT NULL DEFAULT '',
    standing          jsonb NOT NULL,                     -- the state with what it owns (domain::draft::Draft)
    state             text NOT NULL CHECK (state IN ('draft', 'submitted', 'approved', 'rejected', 'published', 'withdrawn')),
    effective_on      date,                               -- from which day the district scores by it
    policy_version_id uuid REFERENCES policy_version (id),
    adoption_id       uuid REFERENCES policy_adoption (id), -- begun when the day comes
    created_by        uuid NOT NULL,
    created_at        timestamptz NOT NULL,
    updated_by        uuid NOT NULL,
    updated_at        timestamptz NOT NULL,
    version           bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (district_id, id),
    CHECK (standing ->> 'state' = state),
    CHECK ((state = 'published') <= (effective_on IS NOT NULL AND policy_version_id IS NOT NULL)),
    CHECK (adoption_id IS NULL OR state = 'published')
);
CREATE INDEX policy_draft_planned ON policy_draft (district_id, effective_on) WHERE state = 'published';
CREATE UNIQUE INDEX policy_draft_of_version ON policy_draft (district_id, policy_version_id) WHERE state = 'published';

CREATE TABLE policy_trial (
    district_id        uuid NOT NULL REFERENCES district (id),
    id                 uuid NOT NULL,
    draft_id           uuid,                              -- what is tried: a draft, a version, or a text of neither
    policy_version_id  uuid REFERENCES policy_version (id),
    document           text NOT NULL,                     -- the text that is tried, as it was then
    policy_id          text NOT NULL,
    policy_version     text NOT NULL,
    title_zh           text NOT NULL,
    title_en           text NOT NULL,
    against_version_id uuid REFERENCES policy_version (id), -- null: against no policy at all
    state              text NOT NULL CHECK (state IN ('computing', 'computed', 'cancelled', 'failed')),
    progress_done      bigint NOT NULL DEFAULT 0,
    progress_total     bigint NOT NULL DEFAULT 0,
    outcome            jsonb,                             -- the sums, once computed
    error              text NOT NULL DEFAULT '',
    as_of              timestamptz,                       -- the moment whose records were read
    requested_by       uuid NOT NULL,
    requested_at       timestamptz NOT NULL,
    finished_at        timestamptz,
    version            bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (district_id, id),
    FOREIGN KEY (district_id, draft_id) REFERENCES policy_draft (district_id, id),
    CHECK ((state = 'computed') <= (outcome IS NOT NULL AND as_of IS NOT NULL)),
    CHECK ((state = 'computing') = (finished_at IS NULL))
);
CREATE INDEX policy_trial_running ON policy_trial (district_id) WHERE state = 'computing';
CREATE INDEX policy_trial_of_draft ON policy_trial (district_id, draft_id);

-- Persons for whom something would change.
CREATE TABLE policy_trial_person (
    district_id  uuid NOT NULL,
    trial_id     uuid NOT NULL,
    person_id    uuid NOT NULL,
    school_id    uuid,                                    -- of the enrolment then
    grade        integer,
    before       bigint NOT NULL,                         -- thousandths
    after        bigint NOT NULL,
    levels       jsonb NOT NULL,                          -- moves on ladders
    requirements jsonb NOT NULL,                          -- requirements that are met under one of the two alone
    PRIMARY KEY (district_id, trial_id, person_id),
    FOREIGN KEY (district_id, trial_id) REFERENCES policy_trial (district_id, id),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, id)
);
CREATE INDEX policy_trial_person_by_change ON policy_trial_person (district_id, trial_id, (after - before), person_id);

ALTER TABLE policy_draft ENABLE ROW LEVEL SECURITY;
ALTER TABLE policy_trial ENABLE ROW LEVEL SECURITY;
ALTER TABLE policy_trial_person ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON policy_draft USING (district_id = nullif(current_setting('kepu.district', true), '')::uuid);
CREATE POLICY tenant ON policy_trial USING (district_id = nullif(current_setting('kepu.district', true), '')::uuid);
CREATE POLICY tenant ON policy_trial_person USING (district_id = nullif(current_setting('kepu.district', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON policy_draft TO kepu_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON policy_trial, policy_trial_person TO kepu_app;
