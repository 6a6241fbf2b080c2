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

bool is_process_1(void) { return getpid() == 1; }

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

/*
 * The host has made room in this file: a full disk there must not hide that it is full. First line:
 * the status and a note on it; second line: why we gave up, or the job did.
 */
static void write_report(int status, const char *note, const char *reason) {
  int fd = open(CONTROL "/report", O_WRONLY | O_CLOEXEC);
  dprintf(fd, "%d%s\n%s\n", status, note, reason);
  close(fd);
}

static void leave(int status, const char *note, const char *reason) __attribute__((noreturn));
static void leave(int status, const char *note, const char *reason) {
  char text[16];
  snprintf(text, sizeof text, "%d\n", status);
  write_report(status, note, reason);
  write_file("/proc/exitcode", text);
  if (!is_process_1()) execl("/sbin/poweroff", "poweroff", (char *)NULL);
  seal_disks();
  reboot(RB_POWER_OFF);
  abort();
}

static void leave_exhausted(int status, long killed) {
  char reason[200];
  snprintf(reason, sizeof reason, "Cannot finish the job: the guest ran out of memory, and its kernel "
           "killed %ld process%s; give it more, such as --mem 1G", killed, killed == 1 ? "" : "es");
  leave(status, " out-of-memory", reason);
}

void power_off(int status) {
  if (is_process_1()) end_processes();
  keep_changes();
  if (disk_lost_data())
    fail(STATUS_FAILED, "Cannot keep what the job wrote: the guest's disk could not be written; "
         "see whether the disk under the image or COW file is full");
  if (timed_out) leave(status, " timed-out", "");
  if (status != 0 && oom_kills() > 0) leave_exhausted(status, oom_kills());
  leave(status, "", "");
}

/* Says why on the console too: the control directory may be what is missing. */
void fail(int status, const char *format, ...) {
  char reason[2048];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(reason, sizeof reason, format, arguments);
  va_end(arguments);
  dprintf(2, "apppot-init: %s\n", reason);
  leave(status, "", reason);
}
