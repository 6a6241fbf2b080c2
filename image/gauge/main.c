#include "gauge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int failed(const char *what) {
  printf("%s: %s\n", what, strerror(errno));
  return NO;
}

int main(int count, char *words[]) {
  const char *task = count > 1 ? words[1] : "";
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (strcmp(task, "true") == 0) return OK;
  if (strcmp(task, "ptrace") == 0) return probe_ptrace();
  if (strcmp(task, "namespaces") == 0) return probe_namespaces();
  if (strcmp(task, "kvm") == 0) return probe_kvm();
  if (strcmp(task, "directory") == 0 && count > 2) return probe_directory(words[2]);
  if (strcmp(task, "measure") == 0) return measure(words + 2);
  if (strcmp(task, "serve") == 0 && count > 3) return serve(words[2], words[3]);
  fputs("usage: apppot-gauge TASK [WORD...]\n", stderr);
  return USAGE;
}
