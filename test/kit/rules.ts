import type { Edit } from './mutant.ts';
import type * as proofs from './world/proofs.ts';

/** A rule of the engine, a world in which it matters, and how it is taken out. */
export interface Rule {
  readonly rule: string;
  readonly claim: string;
  readonly proof: Exclude<keyof typeof proofs, 'own' | 'submit' | 'worldOf'>;
  readonly out: readonly Edit[];
}

const AT = 'src/orchestrator';

function edit(file: string, from: string, to: string): readonly Edit[] {
  return [{ file: `${AT}/${file}`, from, to }];
}

export const RULES: readonly Rule[] = [
  {
    rule: 'R1',
    claim: 'asked for again, it is the same machine',
    proof: 'oneMachineForEachNode',
    out: edit('act/create.ts', 'return { name, tags,', 'return { name: name + row.asked, tags,'),
  },
  {
    rule: 'R2',
    claim: 'no answer is no failure',
    proof: 'noAnswerIsNoFailure',
    out: edit(
      'act/create.ts',
      "(code === 'NO_CAPACITY' || code === 'REFUSED') && row.asked === 1",
      'row.asked > 0',
    ),
  },
  {
    rule: 'R3',
    claim: 'found by its tag, it is taken as the node’s',
    proof: 'foundIsAdopted',
    out: edit('plan/life.ts', 'if (seen !== undefined) {', 'if (seen === null) {'),
  },
  {
    rule: 'R4',
    claim: 'providers are asked before rows are read',
    proof: 'listedBeforeRead',
    out: [
      ...edit(
        'consider.ts',
        'const seen = await look(',
        'const early = readRows(state);\n  const seen = await look(',
      ),
      ...edit(
        'consider.ts',
        'const rows = readRows(state);\n  const seats',
        'const rows = early;\n  const seats',
      ),
    ],
  },
  {
    rule: 'R5a',
    claim: 'a batch system that is silent has not said that there are no jobs',
    proof: 'silenceIsNotEmptiness',
    out: edit(
      'look.ts',
      'const snapshot = await ask(batch.name, (stop) => batch.snapshot(stop));',
      'const snapshot = (await ask(batch.name, (stop) => batch.snapshot(stop))) ?? { taken: clock.now(), jobs: [], hosts: new Map() };',
    ),
  },
  {
    rule: 'R5b',
    claim: 'a listing with gaps does not say that something is gone',
    proof: 'gapsAreNotAbsence',
    out: edit('plan/presence.ts', '!listing.complete || ', ''),
  },
  {
    rule: 'R6a',
    claim: 'nothing is ended while the look after the cordon shows a job',
    proof: 'noEndUnderJobs',
    out: edit(
      'plan/life-end.ts',
      'const isEmpty = (host?.used ?? 0) === 0 && (sight.jobsOn.get(row.seat.host) ?? 0) === 0;',
      'const isEmpty = true;',
    ),
  },
  {
    rule: 'R6b',
    claim: 'a look from before the cordon proves nothing',
    proof: 'oldLooksProveNothing',
    out: edit('plan/life-end.ts', 'if (batch.taken <= row.cordonAcked) return undefined;', ''),
  },
  {
    rule: 'R6c',
    claim: 'one that was given up while it boots may come up at any time: it is cordoned first',
    proof: 'lateComersDrain',
    out: edit(
      'plan/life-end.ts',
      'host === undefined && !sight.jobsOn',
      "host?.state !== 'up' && !sight.jobsOn",
    ),
  },
  {
    rule: 'R7',
    claim: 'the node’s own no holds',
    proof: 'nodeHasAVeto',
    out: edit('act/end.ts', 'const force = isForced(row.evidence);', 'const force = true;'),
  },
  {
    rule: 'R8',
    claim: 'one that cannot be ended stops no other',
    proof: 'oneFailureStopsNoOther',
    out: edit(
      'act/act.ts',
      "error.code === 'EPOCH_LOST') throw error;",
      "error.code === 'EPOCH_LOST') throw error;\n    throw error;",
    ),
  },
  {
    rule: 'R9a',
    claim: 'a pool whose machines never get up is closed, but for probes',
    proof: 'brokenPoolIsClosed',
    out: edit('plan/failure.ts', 'failures >= protectAfter;', 'failures < 0;'),
  },
  {
    rule: 'R9b',
    claim: 'a pool without capacity is left alone for a while',
    proof: 'noCapacityIsWeather',
    out: edit('plan/failure.ts', 'backOffUntil: now + backOffWait', 'backOffUntil: now'),
  },
  {
    rule: 'R9c',
    claim: 'when much is down at once, nothing is started',
    proof: 'muchDownStopsAll',
    out: edit('plan/halt.ts', 'down <= unreadyMost ||', 'down >= 0 ||'),
  },
  {
    rule: 'R9d',
    claim: 'many jobs vanishing at once freeze all ends',
    proof: 'vanishedJobsFreeze',
    out: edit(
      'plan/sight.ts',
      'const frozen = isFallen || isAnother ?',
      'const frozen = before === undefined ?',
    ),
  },
  {
    rule: 'R9e',
    claim: 'never a large part of a pool is cordoned at once',
    proof: 'slowShrink',
    out: edit('plan/ends.ts', 'if (recent.length >= most) {', 'if (most < 0) {'),
  },
  {
    rule: 'R10a',
    claim: 'others’ machines are left alone',
    proof: 'othersAreLeftAlone',
    out: edit(
      'plan/sight.ts',
      'if (tags === undefined || tags.controller !== controller) continue;',
      'if (tags === undefined) continue;',
    ),
  },
  {
    rule: 'R10b',
    claim: 'the first sweep needs an administrator’s leave',
    proof: 'firstSweepIsAsked',
    out: edit('plan/strays.ts', 'if (!isKnown && !pulse.armed) {', 'if (isKnown && !isKnown) {'),
  },
  {
    rule: 'R10c',
    claim: 'cordons say whose they are',
    proof: 'cordonsAreMarked',
    out: edit('act/cordon.ts', "[CORDON_PREFIX, reason].join(' ')", 'reason'),
  },
  {
    rule: 'R11',
    claim: 'one that another has taken over from does nothing any more',
    proof: 'takenOverDoesNothing',
    out: edit('act/tools.ts', 'if (!store.isCurrent(epoch)) throw', 'if (epoch < 0) throw'),
  },
  {
    rule: 'R12',
    claim: 'nothing is started before all was looked at once',
    proof: 'looksBeforeStarts',
    out: edit(
      'plan/starts.ts',
      'if (sight.fullCycles === 0) return',
      'if (sight.fullCycles < 0) return',
    ),
  },
  {
    rule: 'R13',
    claim: 'a twin with the same marks is not the node',
    proof: 'identityIsTheProvidersName',
    out: edit(
      'plan/presence.ts',
      'return seen.find(({ instance }) => instance.id === row.instance);',
      'return seen[0];',
    ),
  },
  {
    rule: 'R14a',
    claim: 'what is coming is counted',
    proof: 'comingNodesCount',
    out: [
      {
        file: 'src/policy/context.ts',
        from: "COMING: ReadonlySet<Phase> = new Set(['planned', 'requesting', 'booting', 'joining'])",
        to: 'COMING: ReadonlySet<Phase> = new Set()',
      },
    ],
  },
  {
    rule: 'R14b',
    claim: 'free slots without the memory that a job needs are no room for it',
    proof: 'roomNeedsMemory',
    out: [
      {
        file: 'src/policy/fits.ts',
        from: 'room.memory < job.memory * slots',
        to: 'room.memory < 0',
      },
    ],
  },
  {
    rule: 'R14c',
    claim: 'free slots without a feature that a job needs are no room for it',
    proof: 'roomNeedsFeatures',
    out: [
      {
        file: 'src/policy/fits.ts',
        from: 'job.features.every((feature) => room.features.includes(feature))',
        to: 'job.features.every((feature) => feature !== null)',
      },
    ],
  },
  {
    rule: 'R14d',
    claim: 'free slots of a node whose life ends before a job may are no room for it',
    proof: 'roomNeedsLife',
    out: [
      {
        file: 'src/policy/context.ts',
        from: 'isFresh ? maxLifetime : maxLifetime - (now - created)',
        to: 'isFresh ? maxLifetime : maxLifetime + (created - created)',
      },
    ],
  },
  {
    rule: 'R14e',
    claim: 'free slots of another queue are no room for a job',
    proof: 'roomNeedsQueue',
    out: [
      {
        file: 'src/policy/fits.ts',
        from: 'room.slots < slots || !isTaken(job.queue, room)',
        to: 'room.slots < slots',
      },
    ],
  },
  {
    rule: 'R14f',
    claim: 'a job of several nodes gets all of them or none',
    proof: 'allNodesOrNone',
    out: edit('plan/starts.ts', 'gang === true ? 0 : room', 'room'),
  },
  {
    rule: 'R15',
    claim: 'gone is what the provider no longer lists',
    proof: 'goneWhenNotListed',
    out: edit(
      'plan/life-end.ts',
      'if (isAccepted && row.missing >= limits.orphanListings) {',
      'if (isAccepted) {',
    ),
  },
  {
    rule: 'R16',
    claim: 'machines that nobody hears end themselves',
    proof: 'forgottenNodesEnd',
    out: edit('act/create.ts', 'leaseTime: limits.lease', 'leaseTime: 1e12'),
  },
  {
    rule: 'I4',
    claim: 'what a node may yet cost is kept back before it is started',
    proof: 'moneyIsKeptBack',
    out: [
      ...edit(
        'plan/starts.ts',
        'if (budget === undefined || pool.price === 0) return [];',
        'if (limits.reserve > 0) return [];',
      ),
      ...edit(
        'plan/budget.ts',
        'if (budget === undefined) return;',
        'if (limits.reserve > 0 || budget === undefined) return;',
      ),
    ],
  },
  {
    rule: 'I4 ends',
    claim: 'what nodes may yet cost that end is kept back, too',
    proof: 'endingNodesCost',
    out: edit('plan/budget.ts', ': restFor(row, sight);', ': 0;'),
  },
  {
    rule: 'I4 kill',
    claim: 'where jobs may be ended for it, the limit holds however long they are',
    proof: 'moneyEndsJobsWhereAllowed',
    out: edit('plan/budget.ts', "if (budgetMode === 'kill' &&", "if (budgetMode === 'drain' &&"),
  },
];
