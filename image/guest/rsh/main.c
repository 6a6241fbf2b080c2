#include "rsh.h"

#include <stdio.h>
#include <string.h>

static int usage(void) {
  fprintf(stderr, "usage: apppot-rsh HOST COMMAND...\n");
  return STATUS_FAILED;
}

/* Options of ssh that take a value. */
static int width(const char *option) {
  return option[1] && !option[2] && strchr("bcDEeFIiJLlmOopQRSWw", option[1]) ? 2 : 1;
}

int main(int count, char **words) {
  if (count == 3 && strcmp(words[1], "--serve") == 0) return serve(words[2]);
  if (count == 4 && strcmp(words[1], "--connect") == 0) return connect_to(words[2], words[3]);
  if (count > 2 && strcmp(words[1], "--wait") == 0) return wait_for_hosts(words + 2);
  int at = 1;
  while (at < count && words[at][0] == '-') at += width(words[at]);
  return at + 1 < count ? call(words[at], words + at + 1) : usage();
}
