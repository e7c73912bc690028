-- What the rules of a district found, and the rules, are kept as they were before each change, so that a report as of a past
-- moment says what it said then.
ALTER TABLE former DROP CONSTRAINT former_kind_check;
ALTER TABLE former ADD CONSTRAINT former_kind_check CHECK (kind IN ('person', 'enrolment', 'exception', 'exception_rules'));
