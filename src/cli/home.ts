import { homedir } from 'node:os';

/** The user's home; `/` for those whom the system does not know, as login programs have it. */
export function homeOf({ HOME: home = '' }: Readonly<Record<string, string | undefined>>): string {
  if (home !== '') return home;
  try {
    return homedir();
  } catch {
    return '/';
  }
}
