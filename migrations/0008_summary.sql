-- What reports of a whole district add up, kept with the lines in one transaction and proven by `kepu verify`.

-- A number for each person who has a line, given once and for all: neighbours in a class get neighbouring numbers, so that
-- a set of persons is a few words of 64 bits (block = seat / 64, bit = seat % 64), and counting persons is counting bits.
CREATE TABLE person_seat (
    district_id uuid NOT NULL REFERENCES district (id),
    person_id   uuid NOT NULL,
    seat        bigint NOT NULL CHECK (seat >= 0),
    PRIMARY KEY (district_id, person_id),
    UNIQUE (district_id, seat),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, id)
);

-- The lines of one day, host, place and rule, added up; what a line does not have is the nil UUID, or -100.
CREATE TABLE credit_cell (
    district_id uuid NOT NULL REFERENCES district (id),
    policy_id   text NOT NULL,
    on_day      date NOT NULL,
    host_id     uuid NOT NULL,
    school_id   uuid NOT NULL,
    class_id    uuid NOT NULL,
    grade       integer NOT NULL,
    category    text NOT NULL,
    rule        text NOT NULL,
    block       bigint NOT NULL,
    records     bigint NOT NULL,
    counted     bigint NOT NULL,
    cut         bigint NOT NULL,
    refused     bigint NOT NULL,
    flagged     bigint NOT NULL,
    raw         bigint NOT NULL,
    credits     bigint NOT NULL,
    took        bigint NOT NULL,                          -- persons of the block with a line
    earned      bigint NOT NULL,                          -- of them, those whom it brings credit
    PRIMARY KEY (district_id, policy_id, on_day, host_id, school_id, class_id, grade, category, rule, block)
);
CREATE INDEX credit_cell_by_school ON credit_cell (district_id, policy_id, school_id, on_day);

INSERT INTO person_seat (district_id, person_id, seat)
SELECT district_id, person_id, row_number() OVER (PARTITION BY district_id ORDER BY min(class_id::text), person_id) - 1
FROM score_line GROUP BY district_id, person_id;

INSERT INTO credit_cell
SELECT l.district_id, l.policy_id, l.on_day, coalesce(l.host_id, '00000000-0000-0000-0000-000000000000'),
       coalesce(l.school_id, '00000000-0000-0000-0000-000000000000'),
       coalesce(l.class_id, '00000000-0000-0000-0000-000000000000'), coalesce(l.grade, -100), l.category, l.rule,
       s.seat / 64, count(*), count(*) FILTER (WHERE status = 'counted'), count(*) FILTER (WHERE status = 'cut'),
       count(*) FILTER (WHERE status = 'refused'), count(*) FILTER (WHERE flagged), sum(raw), sum(counted),
       bit_or(1::bigint << (s.seat % 64)::int),
       bit_or(CASE WHEN l.counted > 0 THEN 1::bigint << (s.seat % 64)::int ELSE 0 END)
FROM score_line l JOIN person_seat s ON s.district_id = l.district_id AND s.person_id = l.person_id
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10;

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['person_seat', 'credit_cell']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant ON %I USING (district_id = nullif(current_setting(''kepu.district'', true), '''')::uuid)', t);
    END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON credit_cell TO kepu_app;
GRANT SELECT, INSERT ON person_seat TO kepu_app;

-- Persons whose requirements read the same are counted together.
ALTER TABLE score ADD COLUMN requirements_key bigint GENERATED ALWAYS AS (hashtextextended(requirements::text, 0)) STORED;
CREATE INDEX score_by_requirements ON score (district_id, policy_id, requirements_key, person_id) WHERE eligible;

-- A teacher's own entries that were rejected; sessions of which a school's pupils are guests.
CREATE INDEX participation_by_recorder ON participation (district_id, recorded_by, id) WHERE state IN ('rejected', 'absent');
CREATE INDEX participation_by_school ON participation (district_id, school_id, state, id);
CREATE INDEX score_line_flagged ON score_line (district_id, policy_id, record_id) WHERE flagged;
CREATE INDEX person_number_prefix ON person (district_id, number text_pattern_ops);
