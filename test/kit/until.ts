const LIMIT_MS = 120_000;
/** A test may have less time than that: it is told earlier what takes so long. */
const TELL_MS = 45_000;
const PAUSE_MS = 100;

/**
 * Waits for something to be so, asking again and again.
 *
 * @param what Tells it in a failure: "the job is over".
 * @param log What to print when it does not come true within two minutes.
 */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  log: () => string = () => '',
): Promise<void> {
  const start = Date.now();
  let isTold = false;
  while (!(await isSo())) {
    const waited = Date.now() - start;
    if (waited > LIMIT_MS) throw new Error(`In vain waited until ${what}\n${log()}`);
    if (waited > TELL_MS && !isTold) {
      isTold = true;
      process.stderr.write(`Has waited ${Math.round(waited / 1_000)} s until ${what}\n${log()}\n`);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
