-- Two themes trade their months in one statement, so the months are compared when it is done, not row by row.
ALTER TABLE theme
    DROP CONSTRAINT theme_one_a_month,
    ADD CONSTRAINT theme_one_a_month UNIQUE (edition_id, month) DEFERRABLE INITIALLY IMMEDIATE;

-- A draft of the wrong year, or that nobody wants any more, goes.
GRANT DELETE ON edition TO kepu_app;

-- What was signed on paper and entered by others may be disputed by a party.
ALTER TABLE agreement
    DROP CONSTRAINT agreement_state_check,
    ADD CONSTRAINT agreement_state_check CHECK
        (state IN ('draft', 'offered', 'refused', 'withdrawn', 'signed', 'disputed', 'ended', 'renewed'));

-- Who borrowed something asks to keep it longer; the days are held by its items until the owner says no.
ALTER TABLE booking
    ADD COLUMN longer_until   date,
    ADD COLUMN longer_reason  text NOT NULL DEFAULT '',
    ADD COLUMN longer_by      uuid,
    ADD COLUMN longer_at      timestamptz,
    ADD COLUMN longer_refusal text NOT NULL DEFAULT '',        -- why the owner needs it back as agreed
    ADD CONSTRAINT booking_longer_whole CHECK
        ((longer_until IS NULL) = (longer_by IS NULL) AND (longer_until IS NULL) = (longer_at IS NULL)),
    ADD CONSTRAINT booking_longer_is_out CHECK
        (state = 'delivered' OR longer_until IS NULL AND longer_refusal = ''),
    ADD CONSTRAINT booking_longer_later CHECK (longer_until > last_day);

-- Two things of one name are told apart before the name becomes one's own: the later ones get their number behind it, and as
-- many strokes as it takes to be alone.
DO $$
DECLARE
    twin record;
    name text;
BEGIN
    FOR twin IN
        SELECT i.id, i.resource_id, i.number, i.label FROM resource_item i
        WHERE EXISTS (SELECT FROM resource_item e
                      WHERE e.resource_id = i.resource_id AND e.label = i.label AND e.number < i.number)
        ORDER BY i.resource_id, i.number
    LOOP
        name := left(twin.label, 48) || '-' || twin.number;
        WHILE EXISTS (SELECT FROM resource_item e WHERE e.resource_id = twin.resource_id AND e.label = name) LOOP
            name := name || '''';
        END LOOP;
        UPDATE resource_item SET label = name WHERE id = twin.id;
    END LOOP;
END $$;
ALTER TABLE resource_item ADD CONSTRAINT resource_item_label_once UNIQUE (resource_id, label);

-- The works that schools and firms show each other on the market.
CREATE TABLE partner_work (
    id              uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organization (id),
    title           text NOT NULL CHECK (title <> ''),
    summary         text NOT NULL DEFAULT '',
    field           text,                                        -- a word of the vocabulary of fields
    link            text NOT NULL DEFAULT '' CHECK (link = '' OR link LIKE 'https://%'),
    shown_by        uuid NOT NULL,
    shown_at        timestamptz NOT NULL
);
CREATE INDEX partner_work_by_organization ON partner_work (organization_id, id);
GRANT SELECT, INSERT, DELETE ON partner_work TO kepu_app;
