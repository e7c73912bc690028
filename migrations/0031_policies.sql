-- A policy can be ended: from a day on a district does not score by it any more. What was booked stays, and is read as of
-- earlier days.
ALTER TABLE policy_adoption
    DROP CONSTRAINT policy_adoption_state_check,
    ADD CONSTRAINT policy_adoption_state_check
        CHECK (state IN ('computing', 'computed', 'failed', 'applying', 'effective', 'superseded', 'ended', 'discarded')),
    ADD COLUMN ending jsonb,                              -- asked for and agreed to (domain::ending::Ending); kept when it came
    ADD COLUMN ends_on date,                              -- its day, once nobody needs to agree any more
    ADD CHECK (ends_on IS NULL OR ending IS NOT NULL),
    ADD CHECK ((state = 'ended') <= (ends_on IS NOT NULL AND superseded_at IS NOT NULL));
CREATE INDEX policy_adoption_ending ON policy_adoption (ends_on) WHERE state = 'effective' AND ends_on IS NOT NULL;

-- Whether the values of what a trial tries were made up: said wherever its numbers are shown.
ALTER TABLE policy_trial ADD COLUMN illustrative boolean NOT NULL DEFAULT false;
UPDATE policy_trial SET illustrative = document ~ '(^|\n)illustrative:\s*true';
