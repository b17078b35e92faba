-- Participants, in 8 partitions by meeting (the design's "Database Optimization").
-- A key of a partitioned table must hold the columns it is partitioned by, so the
-- design's PRIMARY KEY (id) became (meeting_id, id); times carry their zone.
CREATE TABLE participants (
    id         uuid        NOT NULL,
    meeting_id uuid        NOT NULL,
    user_id    uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (meeting_id, id)
) PARTITION BY HASH (meeting_id);

CREATE TABLE participants_0 PARTITION OF participants FOR VALUES WITH (MODULUS 8, REMAINDER 0);
CREATE TABLE participants_1 PARTITION OF participants FOR VALUES WITH (MODULUS 8, REMAINDER 1);
CREATE TABLE participants_2 PARTITION OF participants FOR VALUES WITH (MODULUS 8, REMAINDER 2);
CREATE TABLE participants_3 PARTITION OF participants FOR VALUES WITH (MODULUS 8, REMAINDER 3);
CREATE TABLE participants_4 PARTITION OF participants FOR VALUES WITH (MODULUS 8, REMAINDER 4);
CREATE TABLE participants_5 PARTITION OF participants FOR VALUES WITH (MODULUS 8, REMAINDER 5);
CREATE TABLE participants_6 PARTITION OF participants FOR VALUES WITH (MODULUS 8, REMAINDER 6);
CREATE TABLE participants_7 PARTITION OF participants FOR VALUES WITH (MODULUS 8, REMAINDER 7);

-- A user's meetings; rows of guests have no user.
CREATE INDEX participants_user ON participants (user_id, created_at) WHERE user_id IS NOT NULL;
