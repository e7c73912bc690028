-- What teachers' pages ask at every visit: the own entries, the newest first, in any state; and in which sessions pupils
-- of the school are guests.
DROP INDEX participation_by_recorder;
CREATE INDEX participation_by_recorder ON participation (district_id, recorded_by, id);
CREATE INDEX participation_guests ON participation (district_id, school_id, session_id)
    WHERE state NOT IN ('withdrawn', 'voided');
