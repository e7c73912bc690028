-- A review that was struck, because the reviewer was found to be tied: it stays to be read, and counts for nothing.
ALTER TABLE application_review
    ADD COLUMN struck_at     timestamptz,
    ADD COLUMN struck_by     uuid,
    ADD COLUMN struck_reason text,
    ADD CONSTRAINT application_review_is_struck_with_reason
        CHECK (num_nonnulls(struck_at, struck_by, struck_reason) IN (0, 3));
