-- What is found again after it had been decided or had gone waits anew: `found_at` is since when, `first_found_at` is history.

ALTER TABLE exception ADD COLUMN first_found_at timestamptz;
UPDATE exception SET first_found_at = found_at;
ALTER TABLE exception ALTER COLUMN first_found_at SET NOT NULL;

-- Lists show what waits longest first.
DROP INDEX exception_open;
CREATE INDEX exception_open ON exception (district_id, found_at, id) WHERE state = 'open';
