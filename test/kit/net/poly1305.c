/* Prints the tag of each line of stdin: in hex a key of 32 bytes, then whole pieces of 16 bytes. */
#include "switch.h"

#include <stdio.h>
#include <string.h>

static size_t from_hex(const char *line, uint8_t *bytes) {
  size_t length = strspn(line, "0123456789abcdef") / 2;
  for (size_t i = 0; i < length; i++) sscanf(line + 2 * i, "%2hhx", bytes + i);
  return length;
}

int main(void) {
  char line[8192];
  uint8_t bytes[4096], tag[16];
  while (fgets(line, sizeof line, stdin)) {
    struct poly1305 sum;
    size_t length = from_hex(line, bytes);
    poly1305_start(&sum, bytes);
    for (size_t at = 32; at < length; at += 16) poly1305_add(&sum, bytes + at);
    poly1305_finish(&sum, bytes + 16, tag);
    for (int i = 0; i < 16; i++) printf("%02x", tag[i]);
    printf("\n");
  }
}
