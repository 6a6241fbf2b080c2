/**
 * A thread that one version of an orchestrator's program lives in. It can be ended whatever the program does: this
 * is for safety from mistakes. It is no protection from malice: what runs here can do all that its user can.
 *
 * @module
 */

import { parentPort, workerData } from 'node:worker_threads';
import { createJiti } from 'jiti';
import { checkOrchestrator } from '../../config/orchestrator/load.ts';
import { decide } from '../../policy/decide.ts';
import type { Policy } from '../../policy/policy.ts';
import { composed } from './composed.ts';
import * as kit from './kit.ts';
import type { Answer, PolicyOrder, Question } from './messages.ts';

const { path } = workerData as PolicyOrder;

function say(answer: Answer): void {
  parentPort?.postMessage(answer);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function load(): Promise<Policy> {
  const jiti = createJiti(path, { virtualModules: { apppot: kit }, fsCache: false });
  const config = checkOrchestrator(await jiti.import(path, { default: true }), path);
  const { policies, ...settings } = config;
  const policy = composed(policies);
  const files = Object.keys(jiti.cache).filter((file) => isOwn(file));
  const loaded = { kind: 'loaded', settings, policy: `${policy.name}@${policy.version}` } as const;
  say({ ...loaded, files: [...new Set([path, ...files])] });
  return policy;
}

function isOwn(file: string): boolean {
  return !file.includes('/node_modules/') && !file.startsWith('node:');
}

function answer(policy: Policy, { id, view }: Question): void {
  say({ kind: 'begun', id });
  try {
    say({ kind: 'decided', id, decision: decide(policy, view) });
  } catch (error) {
    say({ kind: 'fault', id, message: wordsOf(error) });
  }
}

try {
  const policy = await load();
  parentPort?.on('message', (question: Question) => answer(policy, question));
} catch (error) {
  say({ kind: 'refused', message: wordsOf(error) });
}
