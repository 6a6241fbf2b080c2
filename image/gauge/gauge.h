/*
 * apppot-gauge: tries and measures a machine, from inside: the host, or a guest.
 *
 * One static program for both sides, so that their figures compare. What it finds goes to stdout, the
 * verdict is its exit status.
 */
#ifndef APPPOT_GAUGE_H
#define APPPOT_GAUGE_H

#include <stdbool.h>
#include <stddef.h>

/* NO: it does not work here. USAGE: we were called wrongly. UNKNOWN: it cannot be tried here. */
enum { OK = 0, NO = 1, USAGE = 2, UNKNOWN = 3 };

/* Each prints one line: what was found. */
int probe_ptrace(void);
int probe_namespaces(void);
int probe_kvm(void);

/* directory.c: prints `name=value` lines: what can be done in a directory. */
int probe_directory(const char *directory);

/* The same, of what may be done with a path, without writing. */
int probe_access(const char *path);

/* measure.c: prints `name unit value` lines for each group of words such as `cpu`, `disk=DIRECTORY`. */
int measure(char *const words[]);
void measure_cpu(void);
void measure_system(void);
void measure_disk(const char *prefix, const char *directory);
void measure_network(const char *target);
double now(void);
void show(const char *name, const char *unit, double value);

/* Seconds that `work` takes, from ever more repetitions until they take long enough to count. */
double seconds_each(void (*work)(void));

/* serve.c: the other end of measure_network; prints its port, and ends with its stdin. */
int serve(const char *address, const char *token);

/* start.c */
void become_process_1(void);
void power_off(void);

/* Prints a line that says what failed, and why. */
int failed(const char *what);

#endif
