#include "switch.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* HOST:PORT */
bool parse_place(const char *text, char *host, size_t size, int *port) {
  const char *colon = strrchr(text, ':');
  char *end;
  if (!colon || colon == text || (size_t)(colon - text) >= size) return false;
  memcpy(host, text, (size_t)(colon - text));
  host[colon - text] = '\0';
  long number = strtol(colon + 1, &end, 10);
  *port = (int)number;
  return *end == '\0' && number > 0 && number < 65536;
}

/* A static program cannot load what resolves names; getent(1) can. */
static bool look_up(const char *host, char *found, size_t size) {
  char command[300];
  for (const char *c = host; *c; c++)
    if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_", *c)) return false;
  snprintf(command, sizeof command, "getent ahostsv4 %s", host);
  FILE *answer = popen(command, "re");
  bool done = answer && fgets(found, (int)size, answer);
  if (answer) pclose(answer);
  if (done) found[strcspn(found, " \n")] = '\0';
  return done;
}

bool resolve(const char *host, int port, struct sockaddr_in *address) {
  char found[256];
  *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  if (inet_pton(AF_INET, host, &address->sin_addr) == 1) return true;
  return host[0] != '-' && look_up(host, found, sizeof found) &&
         inet_pton(AF_INET, found, &address->sin_addr) == 1;
}
