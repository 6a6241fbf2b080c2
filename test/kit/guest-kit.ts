import type { GuestKit } from '../../src/image/guest.ts';

/** Guest files that do nothing. */
export const GUEST_KIT: GuestKit = {
  init: Buffer.from('init'),
  rsh: Buffer.from('rsh'),
  merge: Buffer.from('#!/bin/sh\n'),
  service: Buffer.from('[Unit]\n'),
  exclude: Buffer.from('tmp\n'),
  snap: undefined,
};
