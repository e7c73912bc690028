-- Reminders of deadlines. A network table: what is due comes from designations, bookings and agreements, which reach over
-- districts, and each row is one account's own.

CREATE TABLE reminder (
    id         uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account (id),    -- whom it tells
    step       text NOT NULL,                            -- what is to be done
    object_id  uuid NOT NULL,                            -- the application, designation, booking or agreement
    due        date NOT NULL,
    stage      text NOT NULL CHECK (stage IN ('soon', 'today', 'late')),
    label_zh   text NOT NULL,                            -- what it is about, as it was called
    label_en   text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    read_at    timestamptz,
    over_at    timestamptz,                              -- done, or told anew in a later stage
    CONSTRAINT reminder_once UNIQUE (account_id, step, object_id, due, stage)
);
CREATE INDEX reminder_waiting ON reminder (account_id, id) WHERE over_at IS NULL AND read_at IS NULL;
CREATE INDEX reminder_by_account ON reminder (account_id, id);

GRANT SELECT, INSERT, UPDATE ON reminder TO kepu_app;
