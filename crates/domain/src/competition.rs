//! Contests: editions, stages, and the life of a result.
