#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* A terminal for the session: the master's end is ours. */
static void open_terminal(struct session *s, struct streams *ends, char **settings) {
  int unlock = 0;
  s->terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (s->terminal < 0 || ioctl(s->terminal, TIOCSPTLCK, &unlock) != 0) return;
  int slave = ioctl(s->terminal, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (slave < 0) return;
  set_size(s->terminal, number_of(settings, "rows", 0), number_of(settings, "columns", 0));
  if (!s->as_root) give_to_user(slave);
  ends->job_in = ends->job_out = ends->job_err = slave;
  s->out.from = dup(s->terminal);
  s->in.flow.to = dup(s->terminal);
}

static void open_pipes(struct session *s, struct streams *ends, bool has_stdin) {
  int in[2], out[2], err[2];
  make_pipe(out, 0);
  make_pipe(err, 0);
  s->out.from = out[0], ends->job_out = out[1];
  s->err.from = err[0], ends->job_err = err[1];
  if (has_stdin) {
    make_pipe(in, 1);
    ends->job_in = in[0], s->in.flow.to = in[1];
  } else {
    ends->job_in = open("/dev/null", O_RDONLY | O_CLOEXEC);
  }
  if (s->as_root) return;
  give_to_user(ends->job_in);
  give_to_user(ends->job_out);
  give_to_user(ends->job_err);
}

static char **words_of(const char *id, const char *name) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, CONTROL "/session.%s/%s", id, name);
  return read_words(path);
}

struct session *open_session(const char *id) {
  char path[PATH_MAX];
  struct session *s = calloc(1, sizeof *s);
  if (!s) return NULL;
  snprintf(s->id, sizeof s->id, "%s", id);
  snprintf(path, sizeof path, CONTROL "/session.%s", id);
  s->directory = s->in.directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  s->terminal = s->out.from = s->err.from = s->in.flow.from = s->in.flow.to = -1;
  if (s->directory >= 0) return s;
  free(s);
  return NULL;
}

/* NULL when nobody waits for it any more; a session that cannot be started ends at once, with a status. */
struct session *start_session(const char *id) {
  struct streams ends = {.job_in = -1, .job_out = -1, .job_err = -1};
  struct session *s = open_session(id);
  char **settings = words_of(id, "settings");
  char **command = words_of(id, "command");
  if (!s) return NULL;
  s->as_root = number_of(settings, "root", 0) != 0;
  ends.terminal = number_of(settings, "terminal", 0) != 0;
  if (!ends.terminal) open_pipes(s, &ends, number_of(settings, "stdin", 0) != 0);
  else open_terminal(s, &ends, settings);
  s->process = ends.job_in < 0 ? -1 : fork();
  if (s->process == 0) {
    if (!command || !command[0]) command = shell_command(ends.terminal);
    exec_command(&ends, command, s->as_root, words_of(id, "environment"));
  }
  if (s->process < 0) {
    s->err.end = (size_t)snprintf(s->err.data, BLOCK, "apppot: Cannot run the command: %s\n",
                                  strerror(errno));
    s->ended = true;
  }
  s->status = STATUS_FAILED;
  close_job_ends(&ends);
  return s;
}
