#include "rsh.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static bool put(int fd, const char *data, size_t length) {
  while (length > 0) {
    ssize_t sent = send(fd, data, length, MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR) return false;
    if (sent > 0) data += sent, length -= (size_t)sent;
  }
  return true;
}

static bool get(int fd, char *data, size_t length) {
  while (length > 0) {
    ssize_t got = recv(fd, data, length, 0);
    if (got == 0 || (got < 0 && errno != EINTR)) return false;
    if (got > 0) data += got, length -= (size_t)got;
  }
  return true;
}

bool send_message(int fd, char kind, const void *data, size_t length) {
  char head[HEAD] = {kind, (char)(length >> 24), (char)(length >> 16), (char)(length >> 8), (char)length};
  return put(fd, head, HEAD) && put(fd, data, length);
}

bool receive_message(int fd, char *kind, char data[PAYLOAD + 1], size_t *length) {
  unsigned char head[HEAD];
  if (!get(fd, (char *)head, HEAD)) return false;
  *kind = (char)head[0];
  *length = (size_t)head[1] << 24 | (size_t)head[2] << 16 | (size_t)head[3] << 8 | head[4];
  if (*length > PAYLOAD || !get(fd, data, *length)) return false;
  data[*length] = '\0';
  return true;
}
