#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_program(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & 0111);
}

char **shell_command(bool terminal) {
  static char *shell[] = {"/bin/sh", NULL, NULL};
  if (is_program("/bin/bash")) shell[0] = "/bin/bash";
  if (terminal) shell[1] = "-l";
  return shell;
}

/* The four ways to run: command line, job directory, image, shell. */
static char **choose_command(bool terminal) {
  static char *in_job[] = {JOBDIR "/apppot-run", NULL};
  static char *in_image[] = {HOME "/apppot-autorun", NULL};
  char **command = read_words(CONTROL "/command");
  if (command && command[0]) return command;
  if (is_program(in_job[0])) return in_job;
  if (is_program(in_image[0])) return in_image;
  return shell_command(terminal);
}

static void set_environment(bool root, char **more) {
  const char *name = root ? "root" : setting("user", "user");
  clearenv();
  setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
  setenv("HOME", root ? "/root" : HOME, 1);
  setenv("USER", name, 1);
  setenv("LOGNAME", name, 1);
  setenv("SHELL", is_program("/bin/bash") ? "/bin/bash" : "/bin/sh", 1);
  setenv("LANG", "C.UTF-8", 1);
  for (char **word = more; word && *word; word++) putenv(*word);
}

static void take_streams(const struct streams *s) {
  dup2(s->job_in, 0);
  dup2(s->job_out, 1);
  dup2(s->job_err, 2);
  if (s->terminal) ioctl(0, TIOCSCTTY, 0);
}

/* In a child: becomes the command, with the rights and surroundings of the job. */
void exec_command(const struct streams *s, char **command, bool as_root, char **environment) {
  sigset_t none;
  setsid();
  take_streams(s);
  if (chdir(setting("workdir", JOBDIR)) != 0 && chdir(HOME) != 0) chdir("/");
  umask((mode_t)strtol(setting("umask", "022"), NULL, 8));
  become(as_root);
  set_environment(as_root, environment);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGPIPE, SIG_DFL);
  execvp(command[0], command);
  dprintf(2, "apppot: Cannot run \"%s\": %s\n", command[0], strerror(errno));
  _exit(errno == ENOENT || errno == ENOTDIR ? STATUS_NOT_FOUND : STATUS_CANNOT);
}

int run_job(void) {
  struct streams s;
  open_streams(&s);
  pid_t job = fork();
  if (job == 0)
    exec_command(&s, choose_command(s.terminal), false, read_words(CONTROL "/environment"));
  if (job < 0) fail(STATUS_FAILED, "Cannot start the job: %s", strerror(errno));
  write_file(CONTROL "/started", "sessions\n");
  close_job_ends(&s);
  return pump(job);
}
