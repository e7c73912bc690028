-- The second fence: the application's role owns nothing, cannot bypass row security, and sees one district a
-- transaction (SET LOCAL kepu.district). The role itself is made by the migrator, for roles belong to the cluster.

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['person', 'class', 'enrolment', 'roster_import', 'roster_import_row', 'participation',
                             'participation_event', 'result', 'result_event', 'evidence', 'record', 'soft_decision', 'ledger_entry',
                             'score_line', 'score', 'audit_event', 'idempotency_key']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant ON %I USING (district_id = nullif(current_setting(''kepu.district'', true), '''')::uuid)', t);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO kepu_app;
-- Append-only: a correction is a new row.
REVOKE UPDATE, DELETE, TRUNCATE ON ledger_entry, participation_event, result_event, audit_event, policy_version FROM kepu_app;
REVOKE DELETE ON record, participation, result, person, enrolment, account, designation FROM kepu_app;
