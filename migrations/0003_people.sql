-- Tenant tables: persons, classes, enrolments, roster imports. On Citus distributed by district_id.

CREATE TABLE person (
    district_id uuid NOT NULL REFERENCES district (id),
    id          uuid NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('student', 'teacher')),
    number      text NOT NULL,                            -- 学号, unique in the district
    name        text NOT NULL,
    birth_date  date,
    sex         text CHECK (sex IN ('female', 'male')),
    source_id   text,                                     -- OneRoster sourcedId
    tags        text[] NOT NULL DEFAULT '{}',
    status      text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'left')),
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (district_id, id),
    UNIQUE (district_id, number)
);
CREATE UNIQUE INDEX person_by_source ON person (district_id, source_id) WHERE source_id IS NOT NULL;
CREATE INDEX person_by_name ON person (district_id, name);

-- A class of one school in one school year; promotion opens the next year's.
CREATE TABLE class (
    district_id uuid NOT NULL REFERENCES district (id),
    id          uuid NOT NULL,
    school_id   uuid NOT NULL REFERENCES organization (id),
    school_year integer NOT NULL,                         -- the year in which it starts
    grade       integer NOT NULL CHECK (grade BETWEEN -3 AND 20),
    name        text NOT NULL,
    source_id   text,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (district_id, id),
    UNIQUE (district_id, school_id, school_year, grade, name)
);

-- A person in a class, dated. valid_to is the last day, inclusive; null = open.
CREATE TABLE enrolment (
    district_id uuid NOT NULL,
    id          uuid NOT NULL,
    person_id   uuid NOT NULL,
    class_id    uuid NOT NULL,
    school_id   uuid NOT NULL REFERENCES organization (id),
    grade       integer NOT NULL,
    valid_from  date NOT NULL,
    valid_to    date,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (district_id, id),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, id),
    FOREIGN KEY (district_id, class_id) REFERENCES class (district_id, id),
    CHECK (valid_to IS NULL OR valid_to >= valid_from)
);
CREATE UNIQUE INDEX enrolment_open ON enrolment (district_id, person_id) WHERE valid_to IS NULL;
CREATE INDEX enrolment_by_person ON enrolment (district_id, person_id, valid_from);
CREATE INDEX enrolment_by_class ON enrolment (district_id, class_id);
CREATE INDEX enrolment_by_school ON enrolment (district_id, school_id, valid_from);

CREATE TABLE roster_import (
    district_id  uuid NOT NULL REFERENCES district (id),
    id           uuid NOT NULL,
    school_id    uuid REFERENCES organization (id),       -- null: the whole district
    format       text NOT NULL CHECK (format IN ('sheet', 'oneroster_bulk', 'oneroster_delta')),
    mode         text NOT NULL CHECK (mode IN ('full', 'partial', 'delta')),   -- full: who is missing leaves
    file_name    text NOT NULL,
    effective_on date NOT NULL,                           -- moves close and open enrolments on this day
    school_year  integer NOT NULL,
    state        text NOT NULL CHECK (state IN ('staging', 'staged', 'committing', 'committed', 'discarded', 'failed')),
    progress_done  bigint NOT NULL DEFAULT 0,
    progress_total bigint NOT NULL DEFAULT 0,
    progress_at  timestamptz NOT NULL,                    -- a job that has not moved for long, and holds no lock, is dead
    counts       jsonb NOT NULL DEFAULT '{}',             -- added, changed, moved, left, refused, unchanged
    message      text NOT NULL DEFAULT '',
    created_by   uuid NOT NULL,
    created_at   timestamptz NOT NULL,
    finished_at  timestamptz,
    version      bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (district_id, id)
);

CREATE TABLE roster_import_row (
    district_id uuid NOT NULL,
    import_id   uuid NOT NULL,
    row_no      bigint NOT NULL,                          -- row of the sheet as its reader counts it; left: after the last
    outcome     text NOT NULL CHECK (outcome IN ('added', 'changed', 'moved', 'left', 'refused', 'unchanged')),
    number      text NOT NULL DEFAULT '',
    name        text NOT NULL DEFAULT '',
    person_id   uuid,
    incoming    jsonb NOT NULL DEFAULT '{}',              -- the cells as written, where the row was refused
    detail      jsonb NOT NULL DEFAULT '[]',              -- changed fields, or the errors with column and reason
    -- the person as it is after the commit, which is one statement for many rows
    kind         text,
    birth_date   date,
    sex          text,
    source_id    text,
    school_id    uuid,                                    -- with grade and class_name: where the row puts the person
    grade        integer,
    class_name   text,
    class_source text,
    base_version bigint,                                  -- of the person, when the row was judged
    enrolment_id uuid,                                    -- of the enrolment that the commit opens
    PRIMARY KEY (district_id, import_id, row_no),
    FOREIGN KEY (district_id, import_id) REFERENCES roster_import (district_id, id)
);
CREATE INDEX roster_import_row_by_outcome ON roster_import_row (district_id, import_id, outcome, row_no);
