/** What is left out of base and changes of a whole system; `image/guest/exclude` says the same. */
export const DEFAULT_EXCLUDES: readonly string[] = [
  '/proc/*',
  '/sys/*',
  '/dev/*',
  '/run/*',
  '/tmp/*',
  '/var/tmp/*',
  '/var/log/*',
  '/var/cache/apt/*.bin',
  '/var/cache/apt/archives/*',
  '/var/lib/apt/lists/*',
  '/lost+found',
];
