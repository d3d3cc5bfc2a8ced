-- An operator moves reports between incidents. An incident that has none left is
-- closed and says where they went; a report's newest move is found by its
-- number. Only the rare rows of moves are in the index.
ALTER TABLE incident ADD COLUMN merged_into INTEGER NOT NULL DEFAULT 0;
CREATE INDEX log_moved ON log (about) WHERE kind = 10;
