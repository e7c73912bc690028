-- Scans that were in doubt at some time: few of many, and asked for by every page of a host.
CREATE INDEX scan_verdict_doubt ON scan_verdict (district_id, scan_id) WHERE verdict = 'needs_review';
