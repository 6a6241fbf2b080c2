/**
 * XChaCha20-Poly1305 a second time, by Node.js' own cipher: draft-irtf-cfrg-xchacha-03.
 *
 * @module
 */

import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

const NONCE = 24;
const TAG = 16;
const OPTIONS = { authTagLength: TAG };

/** What `apppot switch` seals a group's datagrams with: docs/formats/switch.md. */
export function groupKey(secret: string, group: string): Buffer {
  return createHmac('sha256', secret).update(`APPMC1 ${group}`).digest();
}

export function nonceOf(salt: Buffer, microseconds: bigint): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(microseconds);
  return Buffer.concat([salt, time]);
}

export function sealed(key: Buffer, nonce: Buffer, frame: Buffer): Buffer {
  const [derived, rest] = derive(key, nonce);
  const cipher = createCipheriv('chacha20-poly1305', derived, rest, OPTIONS);
  const text = Buffer.concat([cipher.update(frame), cipher.final()]);
  return Buffer.concat([nonce, text, cipher.getAuthTag()]);
}

/** Throws when it was sealed with another key. */
export function unsealed(key: Buffer, datagram: Buffer): Buffer {
  const [derived, rest] = derive(key, datagram.subarray(0, NONCE));
  const cipher = createDecipheriv('chacha20-poly1305', derived, rest, OPTIONS);
  cipher.setAuthTag(datagram.subarray(-TAG));
  return Buffer.concat([cipher.update(datagram.subarray(NONCE, -TAG)), cipher.final()]);
}

function derive(key: Buffer, nonce: Buffer): [Buffer, Buffer] {
  return [
    hchacha(key, nonce.subarray(0, 16)),
    Buffer.concat([Buffer.alloc(4), nonce.subarray(16)]),
  ];
}

/** ChaCha20's rounds are the difference between a block of its stream and the state that it began with. */
export function hchacha(key: Buffer, nonce: Buffer): Buffer {
  const zeros = Buffer.alloc(64);
  const stream = createCipheriv('chacha20', key, nonce).update(zeros);
  const state = Buffer.concat([Buffer.from('expand 32-byte k'), key, nonce]);
  const words = [0, 1, 2, 3, 12, 13, 14, 15].map(
    (index) => (stream.readUInt32LE(4 * index) - state.readUInt32LE(4 * index)) >>> 0,
  );
  const out = Buffer.alloc(32);
  for (const [index, word] of words.entries()) out.writeUInt32LE(word, 4 * index);
  return out;
}

/** RFC 8439, 2.5, in so many words. */
export function poly1305(key: Buffer, text: Buffer): Buffer {
  const number = (bytes: Buffer): bigint =>
    BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
  const r = number(key.subarray(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let sum = 0n;
  for (let at = 0; at < text.length; at += 16) {
    const piece = Buffer.concat([text.subarray(at, at + 16), Buffer.from([1])]);
    sum = ((sum + number(piece)) * r) % ((1n << 130n) - 5n);
  }
  const tag = (sum + number(key.subarray(16, 32))) & ((1n << 128n) - 1n);
  return Buffer.from(tag.toString(16).padStart(32, '0'), 'hex').reverse();
}
