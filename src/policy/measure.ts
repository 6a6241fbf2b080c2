/**
 * What policies measure in a context.
 *
 * @module
 */

import type { Seconds } from '../base/clock.ts';
import type { Job } from '../model/job.ts';
import type { Node } from '../model/node.ts';
import type { PolicyContext } from './policy.ts';

/** Ready and coming nodes, those included that a policy before has asked for. */
export function liveNodes(context: PolicyContext): number {
  return readyNodes(context).length + comingNodes(context);
}

export function readyNodes({ nodes }: PolicyContext): readonly Node[] {
  return nodes.filter(({ phase }) => phase === 'ready');
}

function comingNodes({ pools }: PolicyContext): number {
  return [...pools.values()].reduce((sum, { coming }) => sum + coming, 0);
}

/** Slots of nodes that are coming. */
export function comingSlots({ pools }: PolicyContext): number {
  return [...pools.values()].reduce((sum, { coming, slots }) => sum + coming * slots, 0);
}

/** Of arrays each task counts. */
export function countTasks(jobs: readonly Job[]): number {
  return jobs.reduce((sum, { tasks }) => sum + tasks, 0);
}

/** How long a job has waited; 0 where nobody knows since when. */
export function waitOf({ submitted }: Job, { now }: PolicyContext): Seconds {
  return submitted === undefined ? 0 : Math.max(0, now - submitted);
}

/** Slot seconds that jobs will take, each at its own limit or else the time that is assumed. */
export function workOf(jobs: readonly Job[], assume: Seconds): number {
  return jobs.reduce(
    (sum, { slots, tasks, wallTime = assume }) => sum + slots * tasks * wallTime,
    0,
  );
}

/** What is left of running jobs; one past its limit is about to end. */
export function workLeft({ running, now }: PolicyContext, assume: Seconds): number {
  return running.reduce((sum, { slots, wallTime = assume, started = now }) => {
    return sum + slots * Math.max(0, wallTime - (now - started));
  }, 0);
}
