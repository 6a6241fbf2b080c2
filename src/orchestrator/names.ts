import type { Random } from '../base/random.ts';
import type { NodeId } from '../model/node.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';
const ID_LENGTH = 12;

/** 60 bits: chance alone does not give one twice, and the store refuses it if it does. */
export function newNodeId(random: Random): NodeId {
  return [...random.bytes(ID_LENGTH)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
}

/** `vb-CONTROLLER-POOL-ID`: at most 39 letters, digits and dashes. */
export function nodeName(controller: string, pool: string, id: NodeId): string {
  return `vb-${controller.replaceAll('-', '').slice(0, 6)}-${pool}-${id}`;
}
