import type { Seconds } from '../../../src/base/clock.ts';
import { periodOf } from '../../../src/orchestrator/money.ts';
import type { BudgetTerms } from '../../../src/orchestrator/setup.ts';
import type { Machine } from './machine.ts';

const HOUR = 3_600;

/** What the machines of ours have cost in the present period, as their provider sees it: by its clock, nobody's included. */
export class Purse {
  private readonly terms: BudgetTerms;
  private readonly look: Seconds;
  private start = 0;
  private before = 0;
  private spent = 0;
  /** Of it for machines that could not be ended then, or were nobody's. */
  private excused = 0;
  private readonly seen = new Set<string>();
  private slack = 0;

  /** @param look Time that may pass from one look to what is done because of the next. */
  constructor(terms: BudgetTerms, look: Seconds) {
    this.terms = terms;
    this.look = look;
  }

  /**
   * What has been spent since the last call.
   *
   * @returns what is wrong with it.
   */
  charge(
    now: number,
    machines: readonly Machine[],
    isExcused: (machine: Machine) => boolean,
  ): string | undefined {
    this.turn(now);
    for (const machine of machines) this.add(machine, now, isExcused(machine));
    this.before = now;
    const most = this.terms.limit + this.slack + this.excused;
    if (this.spent <= most) return undefined;
    return `${this.spent.toFixed(2)} spent of ${this.terms.limit}, ${most.toFixed(2)} with one more look`;
  }

  private turn(now: number): void {
    const { start } = periodOf(this.terms, now);
    if (start === this.start) return;
    Object.assign(this, {
      start,
      spent: 0,
      excused: 0,
      slack: 0,
      before: Math.max(start, this.before),
    });
    this.seen.clear();
  }

  private add({ id, price, made, ended }: Machine, now: number, isExcused: boolean): void {
    const length = Math.min(now, ended ?? now) - Math.max(made, this.before);
    if (length <= 0) return;
    const cost = (price * length) / HOUR;
    this.spent += cost;
    if (isExcused) this.excused += cost;
    if (this.seen.has(id)) return;
    this.seen.add(id);
    this.slack += (price * this.look) / HOUR;
  }
}
