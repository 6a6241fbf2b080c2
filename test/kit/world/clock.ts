import type { Clock, Instant, Seconds } from '../../../src/base/clock.ts';

interface Event {
  readonly at: Instant;
  readonly order: number;
  run: () => void;
}

/** Time that passes only from event to event. */
export class VirtualClock implements Clock {
  private readonly heap: Event[] = [];
  private count = 0;
  private time: Instant;

  constructor(start: Instant) {
    this.time = start;
  }

  now(): Instant {
    return this.time;
  }

  sleep(length: Seconds, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const wake = () => {
        event.run = NOTHING;
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      signal?.addEventListener('abort', wake);
      const event = this.at(this.time + length, wake);
      return undefined;
    });
  }

  /** Runs something at that time, or now when it is past. */
  at(time: Instant, run: () => void): Event {
    this.count += 1;
    const event = { at: Math.max(time, this.time), order: this.count, run };
    push(this.heap, event);
    return event;
  }

  after(length: Seconds, run: () => void): void {
    this.at(this.time + length, run);
  }

  /** Lets time pass until then; after each event everything that waits for it goes on, and is looked at. */
  async passUntil(end: Instant, look: () => void): Promise<void> {
    await settled();
    for (let next = this.heap[0]; next !== undefined && next.at <= end; next = this.heap[0]) {
      pop(this.heap);
      if (next.run === NOTHING) continue;
      this.time = next.at;
      next.run();
      await settled();
      look();
    }
    this.time = end;
  }
}

/** What was to happen does not any more. */
const NOTHING = () => undefined;

/** All promises that can go on have done so. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function push(heap: Event[], event: Event): void {
  let index = heap.push(event) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !isBefore(event, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = event;
}

function pop(heap: Event[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    const right = heap[child + 1];
    const left = heap[child];
    if (left === undefined) break;
    if (right !== undefined && isBefore(right, left)) child += 1;
    const least = heap[child];
    if (least === undefined || !isBefore(least, last)) break;
    heap[index] = least;
    index = child;
  }
  heap[index] = last;
}
