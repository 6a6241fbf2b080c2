#include "gauge.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { INTEGER_STEPS = 1 << 20, MATRIX = 64, COPY = 32 << 20 };

static volatile uint64_t integer_sink;
static volatile double float_sink;
static char *copy_from, *copy_to;

/* A generator of random numbers by Marsaglia (xorshift64): each step needs the one before. */
static void count_integers(void) {
  uint64_t x = 88172645463325252u;
  for (int i = 0; i < INTEGER_STEPS; i++) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
  }
  integer_sink = x;
}

static void multiply_matrices(void) {
  static double a[MATRIX][MATRIX], b[MATRIX][MATRIX], c[MATRIX][MATRIX];
  for (int i = 0; i < MATRIX; i++)
    for (int j = 0; j < MATRIX; j++) a[i][j] = i + 0.5, b[i][j] = j - 0.5, c[i][j] = 0;
  for (int i = 0; i < MATRIX; i++)
    for (int k = 0; k < MATRIX; k++)
      for (int j = 0; j < MATRIX; j++) c[i][j] += a[i][k] * b[k][j];
  float_sink = c[MATRIX / 2][MATRIX / 3];
}

static void copy_memory(void) {
  memcpy(copy_to, copy_from, COPY);
  integer_sink = (uint64_t)copy_to[COPY / 2];
}

void measure_cpu(void) {
  show("integer", "s", seconds_each(count_integers) / INTEGER_STEPS);
  show("float", "s", seconds_each(multiply_matrices) / (2.0 * MATRIX * MATRIX * MATRIX));
  copy_from = malloc(COPY);
  copy_to = malloc(COPY);
  if (!copy_from || !copy_to) return;
  memset(copy_from, 1, COPY);
  memset(copy_to, 2, COPY);
  show("memory", "B/s", COPY / seconds_each(copy_memory));
  free(copy_from);
  free(copy_to);
}
