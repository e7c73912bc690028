-- A score stands as of a day: what is current in it is current on that day of the district.
ALTER TABLE score ADD COLUMN stands_on date;
UPDATE score s SET stands_on = (s.computed_at AT TIME ZONE d.time_zone)::date FROM district d WHERE d.id = s.district_id;
ALTER TABLE score ALTER COLUMN stands_on SET NOT NULL;

-- The version of the person's row that was scored. Where the row is of another version by now, the score waits to be
-- computed anew; so does every score that went by the day of its person's last record.
ALTER TABLE score ADD COLUMN person_version bigint NOT NULL DEFAULT 0;
ALTER TABLE score ALTER COLUMN person_version DROP DEFAULT;

-- Credit that changes because the roster says something else of the person: an age, a grade.
ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_cause_check;
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_cause_check
    CHECK (cause IN ('confirmed', 'amended', 'voided', 'verified', 'revoked', 'policy', 'designation', 'decision', 'person',
                     'neighbour'));

-- A host's designations changed: the districts in which its guests are still to be scored again.
CREATE TABLE guest_rescore (
    id         uuid PRIMARY KEY,
    host_id    uuid NOT NULL REFERENCES organization (id),
    districts  uuid[] NOT NULL,
    account_id uuid NOT NULL,
    asked_at   timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON guest_rescore TO kepu_app;
