/** Seconds since 1970-01-01T00:00:00Z, UTC; fractions allowed. */
export type Instant = number;

/** A length of time in seconds. */
export type Seconds = number;

/** Time, passed in: of the machine, or of a simulated world. */
export interface Clock {
  now(): Instant;
  /** Ends after that time, or at once when the signal says so; never fails. */
  sleep(length: Seconds, signal?: AbortSignal): Promise<void>;
}
