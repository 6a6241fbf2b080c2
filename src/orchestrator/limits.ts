import type { Seconds } from '../base/clock.ts';

/** What no policy can override. Grounds: `docs/formats/nodes.md`. */
export interface Limits {
  /** From the start of a cycle to that of the next. */
  readonly interval: Seconds;
  /** One call of a batch system, provider or VPN. */
  readonly callDeadline: Seconds;
  /** Calls that change something, at once. */
  readonly concurrency: number;
  /** What was looked at longer ago decides nothing. */
  readonly staleAfter: Seconds;
  /** Nodes asked for in one cycle. */
  readonly maxDelta: number;
  /** How long an instance without an answer is asked for and looked for; asked again after each `requestRetry`. */
  readonly requestWindow: Seconds;
  readonly requestRetry: Seconds;
  /** From the request to ready: twice the 99th percentile of the pool's own starts, within these. */
  readonly bootDefault: Seconds;
  readonly bootLeast: Seconds;
  readonly bootMost: Seconds;
  /** After a start in a pool none of its nodes is ended as idle. */
  readonly coolDown: Seconds;
  /** An end is asked for again, each time after twice as long, for ever. */
  readonly terminateRetry: Seconds;
  readonly terminateRetryMost: Seconds;
  readonly terminateAlarm: Seconds;
  /** An instance of ours that no row is left of: seen so long by our own clock, and in so many complete listings. */
  readonly orphanGrace: Seconds;
  readonly orphanListings: number;
  /** Complete listings without an instance, until it is taken as lost (if the batch system is silent about it, too). */
  readonly missingListings: number;
  /** A ready node whose host is down so long gets no more work. */
  readonly downGrace: Seconds;
  /** A node that has not heard of us so long, and runs no job, ends itself. */
  readonly lease: Seconds;
  /** A seat is given to nobody else so long after its node. */
  readonly seatQuarantine: Seconds;
  /** Nodes that are over are remembered so long; their names are never used again. */
  readonly tombstones: Seconds;
  /** So many starts in a row that came to nothing close a pool, but for a probe now and then. */
  readonly protectAfter: number;
  readonly probeFirst: Seconds;
  readonly probeMost: Seconds;
  /** A pool without capacity is not asked so long, each time twice as long. */
  readonly backOffFirst: Seconds;
  readonly backOffMost: Seconds;
  /** More of the ready nodes being down than this share, and than so many, stops all starts and ends. */
  readonly unreadyShare: number;
  readonly unreadyMost: number;
  /** Jobs that vanish between two looks: more freezes all ends for so many looks. */
  readonly vanishedShare: number;
  readonly freezeLooks: number;
  /** Nodes of a pool that are cordoned in one period: this share, but at least so many. */
  readonly cordonShare: number;
  readonly cordonLeast: number;
  readonly cordonPeriod: Seconds;
  /** What a live node may yet cost is kept back for so long: its jobs can end in this time. */
  readonly reserve: Seconds;
}

export const DEFAULT_LIMITS: Limits = {
  interval: 30,
  callDeadline: 60,
  concurrency: 16,
  staleAfter: 120,
  maxDelta: 20,
  requestWindow: 300,
  requestRetry: 60,
  bootDefault: 900,
  bootLeast: 300,
  bootMost: 1_800,
  coolDown: 600,
  terminateRetry: 60,
  terminateRetryMost: 600,
  terminateAlarm: 900,
  orphanGrace: 300,
  orphanListings: 2,
  missingListings: 3,
  downGrace: 900,
  lease: 1_800,
  seatQuarantine: 3_600,
  tombstones: 90 * 86_400,
  protectAfter: 10,
  probeFirst: 600,
  probeMost: 3_600,
  backOffFirst: 300,
  backOffMost: 1_800,
  unreadyShare: 0.45,
  unreadyMost: 3,
  vanishedShare: 0.5,
  freezeLooks: 3,
  cordonShare: 0.2,
  cordonLeast: 1,
  cordonPeriod: 600,
  reserve: 3_600,
};
