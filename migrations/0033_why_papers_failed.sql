-- Why papers of a class or school were not made: the code of the error, which people are told in words.
ALTER TABLE credential_batch ADD COLUMN failed_for text;
GRANT UPDATE (failed_for) ON credential_batch TO kepu_app;
