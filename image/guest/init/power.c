#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int root_fd = -1;

/* syncfs() reports what could not be written since this moment: syncfs(2). */
void watch_disk(void) { root_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC); }

static bool disk_lost_data(void) {
  return root_fd >= 0 && syncfs(root_fd) != 0;
}

static long oom_kills(void) {
  char *text = read_file("/proc/vmstat", NULL);
  char *line = text ? strstr(text, "\noom_kill ") : NULL;
  return line ? strtol(line + sizeof "\noom_kill", NULL, 10) : 0;
}

/* Every process is a child of process 1 once its parent has ended. */
static bool has_children(void) {
  pid_t child;
  while ((child = waitpid(-1, NULL, WNOHANG)) > 0) continue;
  return child == 0;
}

/* Ends what the job left running: asked first, then told. Costs nothing when there is nothing. */
static void end_processes(void) {
  const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
  if (has_children()) kill(-1, SIGTERM);
  for (int i = 0; i < 100 && has_children(); i++) nanosleep(&pause, NULL);
  if (has_children()) kill(-1, SIGKILL);
  while (waitpid(-1, NULL, 0) > 0) continue;
}

static void leave(int status) __attribute__((noreturn));
static void leave(int status) {
  char text[16];
  snprintf(text, sizeof text, "%d\n", status);
  write_file(CONTROL "/status", text);
  write_file("/proc/exitcode", text);
  seal_disks();
  reboot(RB_POWER_OFF);
  abort();
}

void power_off(int status) {
  end_processes();
  if (disk_lost_data())
    fail(STATUS_FAILED, "Cannot keep what the job wrote: the guest's disk could not be written");
  long killed = oom_kills();
  if (killed > 0 && status != 0)
    fail(STATUS_FAILED, "Cannot finish the job (status %d): the guest ran out of memory, "
         "and its kernel killed %ld process%s", status, killed, killed == 1 ? "" : "es");
  leave(status);
}

/* Says why on the console too: the control directory may be what is missing. */
void fail(int status, const char *format, ...) {
  char reason[2048];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(reason, sizeof reason - 1, format, arguments);
  va_end(arguments);
  dprintf(2, "apppot-init: %s\n", reason);
  write_file(CONTROL "/error", reason);
  leave(status);
}
