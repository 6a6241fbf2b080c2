import { createHash, timingSafeEqual } from 'node:crypto';
import type { Random } from '../base/random.ts';

const BYTES = 32;

/** 256 bits in hexadecimal. */
export function newToken(random: Random): string {
  return Buffer.from(random.bytes(BYTES)).toString('hex');
}

/** What is kept of it. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Whether a secret is the one that a hash is of; takes the same time either way. */
export function matches(secret: string, hash: string | undefined): boolean {
  const found = createHash('sha256').update(secret).digest();
  const wanted = Buffer.from(hash ?? '', 'hex');
  const isComparable = wanted.length === found.length;
  return timingSafeEqual(found, isComparable ? wanted : Buffer.alloc(found.length)) && isComparable;
}
