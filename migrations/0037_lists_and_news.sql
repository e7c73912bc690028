-- Lists of who takes part in a programme's year; and how a file was read, where that is not plain.
ALTER TABLE list_import DROP CONSTRAINT list_import_kind_check;
ALTER TABLE list_import ADD CONSTRAINT list_import_kind_check
    CHECK (kind IN ('organizations', 'designations', 'competitions', 'themes', 'members'));
ALTER TABLE list_import ADD COLUMN notes text[] NOT NULL DEFAULT '{}';

-- News of what has no page of its own: the page on which it is seen.
ALTER TABLE reminder ADD COLUMN page_id uuid;
