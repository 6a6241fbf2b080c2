import { findTools } from '../../image/tools.ts';
import { type Check, type Finding, ok, warningOf } from '../check.ts';
import type { Place } from '../place.ts';

export const TOOLS: readonly Check[] = [
  { id: 'build', group: 'image', title: 'tools for building', look: lookAtTools },
];

function lookAtTools({ path, caller }: Place): Finding {
  try {
    findTools(path, caller.uid === 0);
    return ok('all found');
  } catch (error) {
    return warningOf(error);
  }
}
