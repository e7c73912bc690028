-- Persons whose requirements and levels read the same are counted together, and read once.
DROP INDEX score_by_requirements;
ALTER TABLE score DROP COLUMN requirements_key;
ALTER TABLE score
    ADD COLUMN standing_key bigint GENERATED ALWAYS AS (hashtextextended(requirements::text || levels::text, 0)) STORED;
CREATE INDEX score_by_standing ON score (district_id, policy_id, standing_key) WHERE eligible;

-- What happened at a host.
CREATE INDEX score_line_by_host ON score_line (district_id, policy_id, host_id, on_day);
