-- What organizations offer to each other, and who uses it when. Network tables: a base lends to schools of any district.

-- `=` on uuid in an exclusion constraint. A trusted extension, so the owner of the database may make it; on Citus it is
-- made on all nodes, and reference tables may have exclusion constraints.
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE resource (
    id           uuid PRIMARY KEY,
    district_id  uuid NOT NULL REFERENCES district (id),      -- of the owner
    owner_id     uuid NOT NULL REFERENCES organization (id),
    kind         text NOT NULL CHECK (kind IN ('course', 'equipment', 'game', 'game_material', 'lesson_material', 'speaker')),
    title_zh     text NOT NULL,
    title_en     text NOT NULL DEFAULT '',
    summary      text NOT NULL DEFAULT '',
    theme        text NOT NULL DEFAULT '',
    grades       int4range,                                   -- null: for all
    licence      text NOT NULL CHECK (licence IN ('cc-by-4.0', 'cc-by-sa-4.0', 'cc-by-nc-4.0', 'cc-by-nc-sa-4.0',
                                                  'by-permission', 'other')),
    licence_note text NOT NULL DEFAULT '',
    reach        text NOT NULL CHECK (reach IN ('everywhere', 'districts', 'at_owner')),
    districts    uuid[] NOT NULL DEFAULT '{}',                -- where it can go, if reach = 'districts'
    capacity     integer CHECK (capacity > 0),                -- persons at a time
    status       text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed')),
    reason       text NOT NULL DEFAULT '',                    -- why it was closed
    plain        text NOT NULL,                               -- what is searched, as it is compared
    grams        text[] NOT NULL,                             -- its characters and pairs, by which it is found
    version      bigint NOT NULL DEFAULT 1,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    CHECK ((reach = 'districts') = (districts <> '{}'))
);
CREATE INDEX resource_by_owner ON resource (owner_id, id);
CREATE INDEX resource_by_district ON resource (district_id, id);
CREATE INDEX resource_by_grams ON resource USING gin (grams);

-- One row for each thing that can be had at a time: n things are n rows, a course that is held once at a time is one.
CREATE TABLE resource_item (
    id          uuid PRIMARY KEY,
    resource_id uuid NOT NULL REFERENCES resource (id),
    number      integer NOT NULL CHECK (number > 0),
    label       text NOT NULL,
    in_service  boolean NOT NULL DEFAULT true,
    note        text NOT NULL DEFAULT '',                     -- why it is not, or what it lacks
    UNIQUE (resource_id, number)
);

CREATE TABLE resource_file (
    id          uuid PRIMARY KEY,
    resource_id uuid NOT NULL REFERENCES resource (id),
    file_name   text NOT NULL,
    media_type  text NOT NULL,
    bytes       bigint NOT NULL,
    digest      text NOT NULL,                                -- sha256, hex
    object_key  text NOT NULL,
    uploaded_by uuid NOT NULL,
    uploaded_at timestamptz NOT NULL,
    UNIQUE (resource_id, digest)
);

-- One thing visits several organizations in turn; its stops are its bookings, in the order of their days.
CREATE TABLE tour (
    id          uuid PRIMARY KEY,
    resource_id uuid NOT NULL REFERENCES resource (id),
    name        text NOT NULL,
    created_by  uuid NOT NULL,
    created_at  timestamptz NOT NULL
);
CREATE INDEX tour_by_resource ON tour (resource_id, id);

CREATE TABLE booking (
    id              uuid PRIMARY KEY,
    resource_id     uuid NOT NULL REFERENCES resource (id),
    organization_id uuid NOT NULL REFERENCES organization (id),  -- who asked
    tour_id         uuid REFERENCES tour (id),
    quantity        integer NOT NULL CHECK (quantity > 0),
    first_day       date NOT NULL,
    last_day        date NOT NULL CHECK (last_day >= first_day),
    persons         integer CHECK (persons > 0),
    place           text NOT NULL DEFAULT '',
    purpose         text NOT NULL DEFAULT '',
    state           text NOT NULL CHECK (state IN ('requested', 'approved', 'refused', 'cancelled', 'delivered', 'returned')),
    requested_by    uuid NOT NULL,
    requested_at    timestamptz NOT NULL,
    decided_by      uuid,                                     -- approved, refused or cancelled it last
    decided_at      timestamptz,
    cancelled_side  text CHECK (cancelled_side IN ('asker', 'owner')),
    reason          text NOT NULL DEFAULT '',                 -- why it was refused or cancelled
    delivered_by    uuid,
    delivered_at    timestamptz,
    delivered_on    date,
    returned_by     uuid,
    returned_at     timestamptz,
    returned_on     date,
    condition       text CHECK (condition IN ('good', 'worn', 'damaged', 'lost')),
    remark          text NOT NULL DEFAULT '',                 -- what there was to say when it came back
    version         bigint NOT NULL DEFAULT 1,
    updated_at      timestamptz NOT NULL,
    -- Each state has what it owns.
    CHECK ((state = 'requested') = (decided_at IS NULL)),
    CHECK ((state = 'cancelled') = (cancelled_side IS NOT NULL)),
    CHECK (state <> 'refused' OR reason <> ''),
    CHECK ((state IN ('delivered', 'returned')) = (delivered_on IS NOT NULL)),
    CHECK ((delivered_on IS NULL) = (delivered_at IS NULL) AND (delivered_on IS NULL) = (delivered_by IS NULL)),
    CHECK ((state = 'returned') = (returned_on IS NOT NULL)),
    CHECK ((returned_on IS NULL) = (condition IS NULL) AND (returned_on IS NULL) = (returned_by IS NULL)),
    CHECK (returned_on >= delivered_on)
);
CREATE INDEX booking_by_resource ON booking (resource_id, first_day);
CREATE INDEX booking_by_asker ON booking (organization_id, first_day);
CREATE INDEX booking_by_tour ON booking (tour_id, first_day) WHERE tour_id IS NOT NULL;

-- Which items a booking has, and on which days it keeps others from them.
CREATE TABLE booking_item (
    booking_id uuid NOT NULL REFERENCES booking (id),
    item_id    uuid NOT NULL REFERENCES resource_item (id),
    days       daterange NOT NULL CHECK (NOT isempty(days)),
    holds      boolean NOT NULL,                              -- false once it was refused or cancelled
    is_out     boolean NOT NULL DEFAULT false,                -- lent, and not back yet
    PRIMARY KEY (booking_id, item_id),
    CONSTRAINT booking_item_held_once EXCLUDE USING gist (item_id WITH =, days WITH &&) WHERE (holds)
);
-- A thing is with one borrower at a time, however late it is.
CREATE UNIQUE INDEX booking_item_out_once ON booking_item (item_id) WHERE is_out;

CREATE TABLE resource_rating (
    booking_id      uuid PRIMARY KEY REFERENCES booking (id),
    resource_id     uuid NOT NULL REFERENCES resource (id),
    organization_id uuid NOT NULL REFERENCES organization (id),
    stars           integer NOT NULL CHECK (stars BETWEEN 1 AND 5),
    remark          text NOT NULL DEFAULT '',
    rated_by        uuid NOT NULL,
    rated_at        timestamptz NOT NULL
);
CREATE INDEX resource_rating_by_resource ON resource_rating (resource_id, rated_at);

GRANT SELECT, INSERT, UPDATE ON resource, resource_item, booking, tour TO kepu_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking_item TO kepu_app;
GRANT SELECT, INSERT, DELETE ON resource_file TO kepu_app;
-- What was said stays.
GRANT SELECT, INSERT ON resource_rating TO kepu_app;
