-- What became of a designation is on record from its first day on: awards without a round, corrections and endings, too; and
-- that a revocation was taken back before its day. Holders ask for renewal. Authorities are renamed.

ALTER TABLE designation_event DROP CONSTRAINT designation_event_kind_check;
ALTER TABLE designation_event ADD CONSTRAINT designation_event_kind_check CHECK (kind IN (
    'awarded', 'corrected', 'ended', 'suspended', 'lifted', 'revoked', 'kept', 'renewed', 'assessed'));

-- What is known of the past. The trail says who corrected or ended what; each event keeps the identity of what it comes from,
-- so that they stand in the order in which they happened.
INSERT INTO designation_event (id, designation_id, kind, on_day, reason, account_id, at)
SELECT d.id, d.id, 'awarded', d.valid_from, '',
       coalesce((SELECT a.account_id FROM audit_event a
                 WHERE a.object_kind = 'designation' AND a.object_id = d.id::text AND a.action = 'designation.grant'
                 ORDER BY a.id LIMIT 1), '00000000-0000-0000-0000-000000000000'), d.created_at
FROM designation d
WHERE NOT EXISTS (SELECT FROM designation_event e WHERE e.designation_id = d.id AND e.kind = 'awarded');

INSERT INTO designation_event (id, designation_id, kind, on_day, reason, account_id, at)
SELECT a.id, d.id, CASE a.action WHEN 'designation.end' THEN 'ended' ELSE 'corrected' END,
       CASE a.action WHEN 'designation.end' THEN (a.detail #>> '{valid_to,to}')::date
                     ELSE (a.at AT TIME ZONE 'Asia/Shanghai')::date END,
       coalesce(a.detail ->> 'reason', ''), coalesce(a.account_id, '00000000-0000-0000-0000-000000000000'), a.at
FROM audit_event a JOIN designation d ON d.id::text = a.object_id
WHERE a.object_kind = 'designation' AND a.action IN ('designation.change', 'designation.end')
  AND (a.action = 'designation.change' OR a.detail #>> '{valid_to,to}' IS NOT NULL);

-- A holder asks for renewal; the authority renews, or refuses with its reason.
CREATE TABLE designation_renewal (
    id             uuid PRIMARY KEY,
    designation_id uuid NOT NULL REFERENCES designation (id),
    state          text NOT NULL CHECK (state IN ('asked', 'granted', 'refused')),
    text           text NOT NULL,                        -- what the holder says for it
    asked_by       uuid NOT NULL,
    asked_on       date NOT NULL,                        -- whoever asked in time is renewed in time
    asked_at       timestamptz NOT NULL,
    file_name      text,                                 -- one file, if there is one
    media_type     text,
    bytes          bigint CHECK (bytes > 0),
    digest         text,                                 -- sha256, hex
    object_key     text UNIQUE,
    reason         text NOT NULL DEFAULT '',
    answered_by    uuid,
    answered_on    date,
    answered_at    timestamptz,
    CHECK (num_nonnulls(file_name, media_type, bytes, digest, object_key) IN (0, 5)),
    CHECK ((state = 'asked') = (answered_at IS NULL))
);
CREATE INDEX designation_renewal_by_designation ON designation_renewal (designation_id, id);
CREATE UNIQUE INDEX designation_renewal_waits ON designation_renewal (designation_id) WHERE state = 'asked';
GRANT SELECT, INSERT, UPDATE ON designation_renewal TO kepu_app;

ALTER TABLE authority ADD COLUMN version bigint NOT NULL DEFAULT 1;
