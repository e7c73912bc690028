-- Programmes that give activities a calendar. Network tables: a programme reaches over districts.

CREATE TABLE programme (
    id           uuid PRIMARY KEY,
    authority_id uuid NOT NULL REFERENCES authority (id),    -- whose officials run it
    code         text NOT NULL,
    name_zh      text NOT NULL,
    name_en      text NOT NULL DEFAULT '',
    version      bigint NOT NULL DEFAULT 1,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    UNIQUE (authority_id, code)
);

-- A programme in one year.
CREATE TABLE edition (
    id             uuid PRIMARY KEY,
    programme_id   uuid NOT NULL REFERENCES programme (id),
    year           integer NOT NULL CHECK (year BETWEEN 2000 AND 2100),
    title_zh       text NOT NULL,                             -- the main theme of the year
    title_en       text NOT NULL DEFAULT '',
    first_day      date NOT NULL,
    last_day       date NOT NULL CHECK (last_day >= first_day),
    host_scheme_id uuid REFERENCES scheme (id),               -- what its hosts must hold on the day; null: nothing
    source         text NOT NULL DEFAULT '',
    reported       jsonb NOT NULL DEFAULT '[]',               -- totals that others published; never added to counted ones
    state          text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'published', 'closed')),
    published_at   timestamptz,
    closed_at      timestamptz,
    version        bigint NOT NULL DEFAULT 1,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    UNIQUE (programme_id, year),
    -- Each state has what it owns.
    CHECK ((state = 'draft') = (published_at IS NULL)),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    CHECK (closed_at >= published_at)
);
CREATE INDEX edition_by_year ON edition (year, id);

-- What a month is about.
CREATE TABLE theme (
    id           uuid PRIMARY KEY,
    edition_id   uuid NOT NULL REFERENCES edition (id),
    month        date NOT NULL CHECK (extract(day FROM month) = 1),
    title_zh     text NOT NULL DEFAULT '',                    -- some are known by one name alone
    title_en     text NOT NULL DEFAULT '',
    zh_certainty text CHECK (zh_certainty IN ('published', 'inferred', 'not_found')),
    source       text NOT NULL DEFAULT '',
    venues       text NOT NULL DEFAULT '',                    -- main venues, as they were announced
    version      bigint NOT NULL DEFAULT 1,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    CHECK (title_zh <> '' OR title_en <> ''),
    CHECK ((zh_certainty = 'not_found') <= (title_zh = '')),
    CONSTRAINT theme_one_a_month UNIQUE (edition_id, month),
    -- So that an activity can name both and they are of one edition.
    UNIQUE (edition_id, id)
);

-- What runs beside the months.
CREATE TABLE strand (
    id             uuid PRIMARY KEY,
    edition_id     uuid NOT NULL REFERENCES edition (id),
    kind           text NOT NULL CHECK (kind IN ('themed_activities', 'exchange', 'competition', 'training')),
    title_zh       text NOT NULL,
    title_en       text NOT NULL DEFAULT '',
    topic          text NOT NULL DEFAULT '',
    competition_id uuid REFERENCES competition (id),
    source         text NOT NULL DEFAULT '',
    version        bigint NOT NULL DEFAULT 1,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    CHECK (competition_id IS NULL OR kind = 'competition'),
    UNIQUE (edition_id, id)
);

-- Who takes part as what; an organization may have several roles.
CREATE TABLE edition_member (
    edition_id      uuid NOT NULL REFERENCES edition (id),
    organization_id uuid NOT NULL REFERENCES organization (id),
    role            text NOT NULL CHECK (role IN ('guide', 'host', 'undertake', 'support')),
    added_at        timestamptz NOT NULL,
    PRIMARY KEY (edition_id, organization_id, role)
);
CREATE INDEX edition_member_by_organization ON edition_member (organization_id, edition_id);

-- An activity of an edition: with a theme, a strand or both, which are of that edition.
ALTER TABLE activity
    ADD COLUMN edition_id uuid REFERENCES edition (id),
    ADD COLUMN theme_id   uuid,
    ADD COLUMN strand_id  uuid,
    ADD CONSTRAINT activity_theme_of_edition FOREIGN KEY (edition_id, theme_id) REFERENCES theme (edition_id, id),
    ADD CONSTRAINT activity_strand_of_edition FOREIGN KEY (edition_id, strand_id) REFERENCES strand (edition_id, id),
    ADD CONSTRAINT activity_edition_for_a_part
        CHECK ((edition_id IS NOT NULL) = (theme_id IS NOT NULL OR strand_id IS NOT NULL));
CREATE INDEX activity_by_edition ON activity (edition_id, id) WHERE edition_id IS NOT NULL;
CREATE INDEX activity_by_theme ON activity (theme_id) WHERE theme_id IS NOT NULL;

-- A secret address of a calendar: of a school, or of a person. A tenant table; the address names the district, so that it
-- can be looked up behind the fence.
CREATE TABLE calendar_link (
    district_id uuid NOT NULL REFERENCES district (id),
    id          uuid NOT NULL,
    school_id   uuid REFERENCES organization (id),
    person_id   uuid,
    digest      text NOT NULL,                                -- sha256, hex; the secret itself is never stored
    created_by  uuid NOT NULL REFERENCES account (id),
    created_at  timestamptz NOT NULL,
    revoked_at  timestamptz,
    PRIMARY KEY (district_id, id),
    UNIQUE (district_id, digest),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, id),
    CHECK ((school_id IS NULL) <> (person_id IS NULL))
);
CREATE INDEX calendar_link_by_account ON calendar_link (district_id, created_by, id);
ALTER TABLE calendar_link ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON calendar_link
    USING (district_id = nullif(current_setting('kepu.district', true), '')::uuid);

GRANT SELECT, INSERT, UPDATE ON programme, edition, calendar_link TO kepu_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON theme, strand, edition_member TO kepu_app;
