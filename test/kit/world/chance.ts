import type { Random } from '../../../src/base/random.ts';
import { random } from '../../../src/policy/random.ts';

const SPREAD = 2_654_435_761;

/** Chance that is the same for the same seed. */
export class Chance implements Random {
  private readonly next: () => number;

  constructor(seed: number) {
    this.next = random(Math.imul(seed + 1, SPREAD));
  }

  number(): number {
    return this.next();
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => Math.floor(this.next() * 256));
  }

  happens(probability: number): boolean {
    return probability > 0 && this.next() < probability;
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  whole(least: number, most: number): number {
    return Math.floor(this.between(least, most + 1));
  }

  pick<Item>(items: readonly Item[]): Item | undefined {
    return items[Math.floor(this.next() * items.length)];
  }
}
