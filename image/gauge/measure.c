#include "gauge.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

void show(const char *name, const char *unit, double value) {
  printf("%s %s %.6g\n", name, unit, value);
}

double seconds_each(void (*work)(void)) {
  const double enough = 0.1;
  for (long count = 1;; count *= 2) {
    double start = now();
    for (long i = 0; i < count; i++) work();
    double took = now() - start;
    if (took >= enough) return took / (double)count;
  }
}

static const char *value_of(const char *word, const char *name) {
  size_t length = strlen(name);
  return strncmp(word, name, length) == 0 && word[length] == '=' ? word + length + 1 : NULL;
}

int measure(char *const words[]) {
  for (; *words; words++) {
    const char *value;
    if (strcmp(*words, "cpu") == 0) measure_cpu();
    else if (strcmp(*words, "system") == 0) measure_system();
    else if ((value = value_of(*words, "disk"))) measure_disk("disk", value);
    else if ((value = value_of(*words, "share"))) measure_disk("share", value);
    else if ((value = value_of(*words, "network"))) measure_network(value);
    else return USAGE;
  }
  return OK;
}
