-- News: an appeal was answered. It is told to who filed it, and waits until it is read.
ALTER TABLE reminder DROP CONSTRAINT reminder_stage_check;
ALTER TABLE reminder ADD CONSTRAINT reminder_stage_check CHECK (stage IN ('soon', 'today', 'late', 'news'));

-- Texts of resources are searched without the signs and spaces between Chinese characters, so that a title with
-- quotation marks or with a space beside Latin letters is found however it is typed. A space stays between two words in
-- Latin letters or digits, as kepu_domain::grams::plain writes it from now on.
UPDATE resource SET plain = regexp_replace(regexp_replace(plain, '([^\x01-\x7f]) ', '\1', 'g'), ' ([^\x01-\x7f])', '\1', 'g');
UPDATE resource r SET grams = (
    SELECT coalesce(array_agg(DISTINCT gram), '{}')
    FROM (SELECT unnest(r.grams) AS gram
          UNION ALL SELECT substr(r.plain, at, 2) FROM generate_series(1, length(r.plain) - 1) at) found
    WHERE position(' ' IN gram) = 0
);
