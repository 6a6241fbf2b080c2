#include "gauge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int failed(const char *what) {
  printf("%s: %s\n", what, strerror(errno));
  return NO;
}

static int run(int count, char *words[]) {
  const char *task = count > 1 ? words[1] : "";
  if (strcmp(task, "true") == 0) return OK;
  if (strcmp(task, "ptrace") == 0) return probe_ptrace();
  if (strcmp(task, "namespaces") == 0) return probe_namespaces();
  if (strcmp(task, "kvm") == 0) return probe_kvm();
  if (strcmp(task, "directory") == 0 && count > 2) return probe_directory(words[2]);
  if (strcmp(task, "access") == 0 && count > 2) return probe_access(words[2]);
  if (strcmp(task, "measure") == 0) return measure(words + 2);
  if (strcmp(task, "serve") == 0 && count > 3) return serve(words[2], words[3]);
  fputs("usage: apppot-gauge TASK [WORD...]\n", stderr);
  return USAGE;
}

/* A whole guest can be made of this program alone: then it is process 1, and its end is a line. */
int main(int count, char *words[]) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (getpid() != 1 || strcmp(words[0], "/init") != 0) return run(count, words);
  become_process_1();
  printf("ended with status %d\n", run(count, words));
  power_off();
  return NO;
}
