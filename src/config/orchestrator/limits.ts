import { z } from 'zod';
import { count, duration, money, section, share, wanted } from './values.ts';

/** What no policy can override. Defaults are the engine's. */
export const limitsSchema = section({
  interval: duration().optional(),
  'call-deadline': duration().optional(),
  concurrency: count(1).optional(),
  'stale-after': duration().optional(),
  'max-delta': count(1).optional(),
  'request-window': duration().optional(),
  'request-retry': duration().optional(),
  'boot-default': duration().optional(),
  'boot-least': duration().optional(),
  'boot-most': duration().optional(),
  'cool-down': duration().optional(),
  'terminate-retry': duration().optional(),
  'terminate-retry-most': duration().optional(),
  'terminate-alarm': duration().optional(),
  'orphan-grace': duration().optional(),
  'orphan-listings': count(2).optional(),
  'missing-listings': count(2).optional(),
  'down-grace': duration().optional(),
  lease: duration().optional(),
  'seat-quarantine': duration().optional(),
  tombstones: duration().optional(),
  'protect-after': count(1).optional(),
  'probe-first': duration().optional(),
  'probe-most': duration().optional(),
  'back-off-first': duration().optional(),
  'back-off-most': duration().optional(),
  'unready-share': share().optional(),
  'vanished-share': share().optional(),
  'freeze-looks': count(0).optional(),
  'cordon-share': share().optional(),
  'cordon-least': count(1).optional(),
  'cordon-period': duration().optional(),
  reserve: duration().optional(),
});

export const budgetSchema = section({
  limit: money(),
  period: z
    .union([z.literal('month'), duration()], wanted('month, or a time such as 7d'))
    .default('month'),
  mode: z.enum(['drain', 'kill'], wanted('drain or kill')).default('drain'),
});
