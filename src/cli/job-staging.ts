import { checkAddresses, fetchAddresses } from '../grid/addresses.ts';
import type { JobDescription } from '../grid/description.ts';
import type { TargetSpec } from '../grid/records/record.ts';
import type { NewJob } from '../grid/records/store.ts';
import { baseOfBundle, planSandbox, stageJob } from '../grid/sandbox.ts';

/**
 * Makes the parts of new records; jobs made by one of these share what is the same in them.
 *
 * @param targets Where they may go.
 */
export function jobMaker(targets: readonly TargetSpec[]) {
  const shared = new Map<string, string>();
  const bases = new Map<string, Promise<string>>();
  const baseOf = (bundle: string): Promise<string> => {
    const base = bases.get(bundle) ?? baseOfBundle(bundle);
    bases.set(bundle, base);
    return base;
  };
  return async (description: JobDescription): Promise<NewJob> => {
    checkAddresses(description, targets);
    const plan = await planSandbox(description, baseOf);
    const stage = async (directory: string): Promise<string> => {
      const staged = await stageJob(description, plan, { mark: '', directory, shared });
      await fetchAddresses(plan, { directory, shared }, targets);
      return staged.wrapper;
    };
    return { description, targets, stage };
  };
}
