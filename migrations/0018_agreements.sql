-- What organizations promise each other, what they do under it, and whom they look for. Network tables: the parties may
-- be of several districts.

CREATE TABLE agreement (
    id             uuid PRIMARY KEY,
    kind           text NOT NULL CHECK (kind IN ('strategic', 'framework', 'pairing')),
    title_zh       text NOT NULL,
    title_en       text NOT NULL DEFAULT '',
    aims           text NOT NULL DEFAULT '',
    source         text NOT NULL DEFAULT '',                     -- of facts that were made public
    proposer_id    uuid NOT NULL REFERENCES organization (id),
    first_day      date NOT NULL,
    last_day       date CHECK (last_day >= first_day),           -- null: open
    state          text NOT NULL CHECK (state IN ('draft', 'offered', 'refused', 'withdrawn', 'signed', 'ended', 'renewed')),
    standing       jsonb NOT NULL,                               -- the state with what it owns
    over_from      date,                                         -- ended or renewed: no longer in force from this day on
    offered_at     timestamptz,                                  -- when it was first offered; before that only the proposer sees it
    predecessor_id uuid REFERENCES agreement (id),               -- what it renews
    pair_first     uuid,                                         -- of a pairing, its parties in the order of their ids
    pair_second    uuid,
    created_by     uuid NOT NULL,
    version        bigint NOT NULL DEFAULT 1,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    CHECK ((state IN ('ended', 'renewed')) = (over_from IS NOT NULL)),
    CHECK (state IN ('draft', 'withdrawn') OR offered_at IS NOT NULL),
    CHECK ((kind = 'pairing') = (pair_first IS NOT NULL) AND (pair_first IS NULL) = (pair_second IS NULL)),
    -- Two are paired once on a day. A renewal begins before what it renews is cut short, so it is let through.
    CONSTRAINT agreement_pair_once EXCLUDE USING gist
        (pair_first WITH =, pair_second WITH =, daterange(first_day, last_day, '[]') WITH &&)
        WHERE (state IN ('offered', 'signed') AND predecessor_id IS NULL)
);
CREATE INDEX agreement_by_days ON agreement (state, first_day);
CREATE INDEX agreement_by_predecessor ON agreement (predecessor_id) WHERE predecessor_id IS NOT NULL;

CREATE TABLE agreement_party (
    agreement_id    uuid NOT NULL REFERENCES agreement (id),
    organization_id uuid NOT NULL REFERENCES organization (id),
    position        integer NOT NULL CHECK (position >= 0),      -- 0: who proposes
    PRIMARY KEY (agreement_id, organization_id),
    UNIQUE (agreement_id, position)
);
CREATE INDEX agreement_party_by_organization ON agreement_party (organization_id, agreement_id);

-- Every step: who, when, why.
CREATE TABLE agreement_step (
    id              uuid PRIMARY KEY,
    agreement_id    uuid NOT NULL REFERENCES agreement (id),
    step            text NOT NULL,
    state           text NOT NULL,                               -- after it
    organization_id uuid REFERENCES organization (id),           -- for which party
    account_id      uuid NOT NULL,
    at              timestamptz NOT NULL,
    reason          text NOT NULL DEFAULT '',
    detail          jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX agreement_step_by_agreement ON agreement_step (agreement_id, id);

-- The last one is the text; those before it were changed.
CREATE TABLE agreement_text (
    id           uuid PRIMARY KEY,
    agreement_id uuid NOT NULL REFERENCES agreement (id),
    number       integer NOT NULL CHECK (number > 0),
    file_name    text NOT NULL,
    media_type   text NOT NULL,
    bytes        bigint NOT NULL,
    digest       text NOT NULL,                                  -- sha256, hex
    object_key   text NOT NULL,
    uploaded_by  uuid NOT NULL,
    uploaded_at  timestamptz NOT NULL,
    UNIQUE (agreement_id, number)
);

CREATE TABLE project (
    id           uuid PRIMARY KEY,
    agreement_id uuid NOT NULL REFERENCES agreement (id),
    owner_id     uuid NOT NULL REFERENCES organization (id),     -- the party that answers for it
    title_zh     text NOT NULL,
    title_en     text NOT NULL DEFAULT '',
    aims         text NOT NULL DEFAULT '',
    state        text NOT NULL CHECK (state IN ('planned', 'running', 'completed', 'stopped')),
    standing     jsonb NOT NULL,
    version      bigint NOT NULL DEFAULT 1,
    created_by   uuid NOT NULL,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL
);
CREATE INDEX project_by_agreement ON project (agreement_id, id);

CREATE TABLE project_milestone (
    id         uuid PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES project (id),
    title      text NOT NULL,
    due_on     date NOT NULL,
    done_on    date,
    done_by    uuid,
    CHECK ((done_on IS NULL) = (done_by IS NULL))
);
CREATE INDEX project_milestone_by_project ON project_milestone (project_id, due_on);

-- What came of it.
CREATE TABLE project_activity (
    project_id  uuid NOT NULL REFERENCES project (id),
    activity_id uuid NOT NULL REFERENCES activity (id),
    added_by    uuid NOT NULL,
    added_at    timestamptz NOT NULL,
    PRIMARY KEY (project_id, activity_id)
);
CREATE TABLE project_resource (
    project_id  uuid NOT NULL REFERENCES project (id),
    resource_id uuid NOT NULL REFERENCES resource (id),
    added_by    uuid NOT NULL,
    added_at    timestamptz NOT NULL,
    PRIMARY KEY (project_id, resource_id)
);

-- What an organization offers to partners and seeks from them.
CREATE TABLE partner_profile (
    organization_id  uuid PRIMARY KEY REFERENCES organization (id),
    offers           text[] NOT NULL,                            -- words of the vocabulary of fields
    seeks            text[] NOT NULL,
    offer_note       text NOT NULL DEFAULT '',
    seek_note        text NOT NULL DEFAULT '',
    grade_from       integer,
    grade_to         integer,
    persons_per_year integer CHECK (persons_per_year > 0),
    open             boolean NOT NULL,                           -- whether it looks for more partners
    version          bigint NOT NULL DEFAULT 1,
    updated_by       uuid NOT NULL,
    updated_at       timestamptz NOT NULL
);

GRANT SELECT, INSERT, UPDATE ON agreement, project, partner_profile TO kepu_app;
GRANT SELECT, INSERT, DELETE ON agreement_party, project_activity, project_resource TO kepu_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON project_milestone TO kepu_app;
-- What was done and what was signed stays.
GRANT SELECT, INSERT ON agreement_step, agreement_text TO kepu_app;
