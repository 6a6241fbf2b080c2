#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SNAP "/usr/local/bin/apppot-snap"
#define LOG CONTROL "/keep.log"

/*
 * Keeps what was changed as a bundle, when the host asks for one. What goes wrong is said in LOG, and
 * seen by the host from the bundle that is not there.
 */
void keep_changes(void) {
  const char *bundle = setting("keep", NULL);
  if (!bundle) return;
  pid_t child = fork();
  if (child == 0) {
    int log = open(LOG, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    dup2(log, 1);
    dup2(log, 2);
    char *environment[] = {"PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", NULL};
    execle(SNAP, "apppot-snap", "changes", bundle, (char *)NULL, environment);
    dprintf(2, "the image has no %s: %s\n", SNAP, strerror(errno));
    _exit(127);
  }
  if (child > 0) waitpid(child, NULL, 0);
}
