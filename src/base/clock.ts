/** Seconds since 1970-01-01T00:00:00Z, UTC; fractions allowed. */
export type Instant = number;

/** A length of time in seconds. */
export type Seconds = number;
