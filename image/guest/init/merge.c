#include "init.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
#include <fcntl.h>

#define MERGE "/usr/lib/apppot/apppot-merge"
#define BUNDLE_AT RUN "/changes"
#define REASON RUN "/merge-reason"

enum { OTHER_BASE = 3 };

static int run_merge(const char *bundle) {
  pid_t child = fork();
  if (child == 0) {
    int reason = open(REASON, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    dup2(reason, 2);
    char *environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL};
    execle(MERGE, "apppot-merge", bundle, "/", (char *)NULL, environment);
    _exit(127);
  }
  int state = 0;
  if (child < 0 || waitpid(child, &state, 0) != child) return STATUS_FAILED;
  return WIFEXITED(state) ? WEXITSTATUS(state) : STATUS_FAILED;
}

static const char *last_line(char *text) {
  size_t length = text ? strlen(text) : 0;
  while (length > 0 && text[length - 1] == '\n') text[--length] = '\0';
  char *start = text ? strrchr(text, '\n') : NULL;
  return length == 0 ? "no reason was given" : start ? start + 1 : text;
}

/* Lays the changes bundle over the image, before anything else uses its files. */
void merge_changes(void) {
  const char *bundle = setting("changes", NULL);
  if (!bundle) return;
  char *directory = strdup(bundle);
  char *name = strrchr(directory, '/');
  *name++ = '\0';
  if (!mount_host(*directory ? directory : "/", BUNDLE_AT, MS_RDONLY | MS_NOSUID | MS_NODEV))
    fail(STATUS_FAILED, "Cannot mount \"%s\" of the host: %s", directory, strerror(errno));
  if (chdir(BUNDLE_AT) != 0 || access(name, R_OK) != 0)
    fail(STATUS_FAILED, "Cannot read the changes bundle \"%s\": %s", bundle, strerror(errno));
  char *path = malloc(sizeof BUNDLE_AT + strlen(name) + 1);
  strcat(strcat(strcpy(path, BUNDLE_AT), "/"), name);
  int status = run_merge(path);
  chdir("/");
  umount2(BUNDLE_AT, MNT_DETACH);
  if (status != 0)
    fail(status == OTHER_BASE ? STATUS_CANNOT : STATUS_FAILED,
         "Cannot merge the changes bundle \"%s\": %s", bundle, last_line(read_file(REASON, NULL)));
}
