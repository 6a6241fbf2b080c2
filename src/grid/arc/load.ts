import type { SiteLoad } from '../target.ts';
import { type ArcObject, objectOf, objectsOf, textOf } from './json.ts';

/**
 * What the information document says of a service's queues. They may share their nodes, so free slots of several
 * are not added up. Source: GLUE 2.0, ComputingShare.
 */
export function loadOf(info: ArcObject): SiteLoad {
  const services = objectOf(objectOf(objectOf(info, 'Domains'), 'AdminDomain'), 'Services');
  const shares = objectsOf(objectOf(services, 'ComputingService'), 'ComputingShare');
  const numbers = (name: string): number[] =>
    shares.map((share) => Number(textOf(share, name) || Number.NaN)).filter((value) => value >= 0);
  const free = numbers('FreeSlots');
  const waiting = [...numbers('WaitingJobs'), ...numbers('PreLRMSWaitingJobs')];
  return {
    ...(free.length > 0 && { free: Math.max(...free) }),
    ...(waiting.length > 0 && { waiting: waiting.reduce((sum, count) => sum + count, 0) }),
  };
}
