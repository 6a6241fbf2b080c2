#include "rsh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* SECONDS HOST... -- COMMAND... */
int wait_for_hosts(char **words) {
  const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
  time_t limit = time(NULL) + atol(words[0]);
  char **host = words + 1;
  for (; *host && strcmp(*host, "--") != 0; host++) {
    int peer;
    while ((peer = call_host(*host)) < 0) {
      if (peer == -2 || time(NULL) > limit) {
        fprintf(stderr, "apppot-rsh: Cannot reach %s: it does not answer\n", *host);
        return STATUS_FAILED;
      }
      nanosleep(&pause, NULL);
    }
    close(peer);
  }
  if (!*host || !host[1]) return 0;
  execvp(host[1], host + 1);
  fprintf(stderr, "apppot: Cannot run \"%s\": No such file or directory\n", host[1]);
  return STATUS_NOT_FOUND;
}
