/* Counts the primes below a number. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  long limit = argc > 1 ? atol(argv[1]) : 1000, count = 0;
  if (limit < 2 || limit > 1000000000) return fprintf(stderr, "usage: primes LIMIT\n"), 2;
  char *composite = calloc(limit, 1);
  if (!composite) return perror("primes"), 1;
  for (long n = 2; n < limit; n++) {
    if (composite[n]) continue;
    count++;
    for (long m = n * n; m < limit; m += n) composite[m] = 1;
  }
  free(composite);
  printf("%ld primes below %ld\n", count, limit);
  return 0;
}
