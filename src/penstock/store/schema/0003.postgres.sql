-- Schema 3 on Postgres: whoever writes heads of partitions counts them, in the same statement that
-- advances the asset. A trigger for each statement took longer than the rest of a small write.

DROP TRIGGER partition_heads_added ON partition_heads;
DROP TRIGGER partition_heads_changed ON partition_heads;
DROP FUNCTION count_added_heads();
DROP FUNCTION count_changed_heads();
