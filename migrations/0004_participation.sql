-- Tenant tables: who took part in what, and what persons achieved.

CREATE TABLE participation (
    district_id  uuid NOT NULL REFERENCES district (id),
    id           uuid NOT NULL,
    session_id   uuid NOT NULL REFERENCES session (id),
    activity_id  uuid NOT NULL REFERENCES activity (id),
    host_id      uuid NOT NULL REFERENCES organization (id),
    person_id    uuid NOT NULL,
    school_id    uuid,                                    -- of the enrolment on the session's day
    class_id     uuid,
    grade        integer,
    state        text NOT NULL CHECK (state IN ('registered', 'waitlisted', 'withdrawn', 'attended', 'absent', 'recorded',
                                                'confirmed', 'rejected', 'voided')),
    minutes      integer CHECK (minutes BETWEEN 0 AND 1440),
    quantity     integer CHECK (quantity >= 0),
    source       text NOT NULL CHECK (source IN ('registration', 'teacher', 'sheet', 'school', 'door')),
    reason       text NOT NULL DEFAULT '',
    recorded_by  uuid NOT NULL,
    recorded_at  timestamptz NOT NULL,
    confirmed_by uuid,
    confirmed_at timestamptz,
    version      bigint NOT NULL DEFAULT 1,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (district_id, id),
    UNIQUE (district_id, session_id, person_id),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, id),
    CHECK ((state = 'confirmed') <= (confirmed_by IS NOT NULL AND confirmed_at IS NOT NULL)),
    CHECK (confirmed_by IS NULL OR confirmed_by <> recorded_by)
);
CREATE INDEX participation_by_person ON participation (district_id, person_id, id);
CREATE INDEX participation_waiting ON participation (district_id, host_id, session_id) WHERE state IN ('recorded', 'attended');
CREATE INDEX participation_by_class ON participation (district_id, class_id, session_id);

-- Every step of a participation's life, never changed.
CREATE TABLE participation_event (
    district_id      uuid NOT NULL,
    id               uuid NOT NULL,
    participation_id uuid NOT NULL,
    from_state       text,
    to_state         text NOT NULL,
    minutes          integer,
    quantity         integer,
    reason           text NOT NULL DEFAULT '',
    account_id       uuid NOT NULL,
    at               timestamptz NOT NULL,
    PRIMARY KEY (district_id, id),
    FOREIGN KEY (district_id, participation_id) REFERENCES participation (district_id, id)
);
CREATE INDEX participation_event_by_participation ON participation_event (district_id, participation_id, id);

CREATE TABLE result (
    district_id    uuid NOT NULL REFERENCES district (id),
    id             uuid NOT NULL,
    competition_id uuid NOT NULL REFERENCES competition (id),
    person_id      uuid NOT NULL,
    school_id      uuid,
    class_id       uuid,
    grade          integer,
    achieved_on    date NOT NULL,
    contest_level  text NOT NULL,                         -- national, provincial, city, county, town, school
    award          text,                                  -- first, second, third, excellence …; or a place in a list
    place          integer CHECK (place >= 1),
    places_listed  integer CHECK (places_listed >= 1),
    work_id        text,
    work_title     text NOT NULL DEFAULT '',
    team_id        uuid,
    team_position  integer CHECK (team_position >= 1),
    team_size      integer CHECK (team_size >= 1),
    tags           text[] NOT NULL DEFAULT '{}',
    state          text NOT NULL CHECK (state IN ('submitted', 'returned', 'verified', 'revoked', 'withdrawn')),
    reason         text NOT NULL DEFAULT '',
    submitted_by   uuid NOT NULL,
    submitted_at   timestamptz NOT NULL,
    decided_by     uuid,
    decided_at     timestamptz,
    version        bigint NOT NULL DEFAULT 1,
    updated_at     timestamptz NOT NULL,
    PRIMARY KEY (district_id, id),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, id),
    CHECK (award IS NOT NULL OR place IS NOT NULL),
    CHECK (decided_by IS NULL OR decided_by <> submitted_by)
);
-- The same award of one person in one contest is entered once.
CREATE UNIQUE INDEX result_once ON result (district_id, person_id, competition_id, contest_level, (coalesce(work_id, '')))
    WHERE state IN ('submitted', 'returned', 'verified');
CREATE INDEX result_by_state ON result (district_id, state, id);
CREATE INDEX result_by_person ON result (district_id, person_id, id);
CREATE INDEX result_by_team ON result (district_id, team_id) WHERE team_id IS NOT NULL;

-- Every step of a result's life, never changed. Who appears here as a submitter never decides.
CREATE TABLE result_event (
    district_id uuid NOT NULL,
    id          uuid NOT NULL,
    result_id   uuid NOT NULL,
    from_state  text,
    to_state    text NOT NULL,
    reason      text NOT NULL DEFAULT '',
    account_id  uuid NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (district_id, id),
    FOREIGN KEY (district_id, result_id) REFERENCES result (district_id, id)
);
CREATE INDEX result_event_by_result ON result_event (district_id, result_id, id);

CREATE TABLE evidence (
    district_id uuid NOT NULL,
    id          uuid NOT NULL,
    result_id   uuid NOT NULL,
    file_name   text NOT NULL,
    media_type  text NOT NULL,
    bytes       bigint NOT NULL CHECK (bytes > 0),
    digest      text NOT NULL,                            -- sha256, hex
    object_key  text NOT NULL,
    uploaded_by uuid NOT NULL,
    uploaded_at timestamptz NOT NULL,
    removed_at  timestamptz,
    PRIMARY KEY (district_id, id),
    FOREIGN KEY (district_id, result_id) REFERENCES result (district_id, id)
);
CREATE INDEX evidence_by_result ON evidence (district_id, result_id);
