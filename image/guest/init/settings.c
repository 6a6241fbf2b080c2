#include "init.h"

#include <stdlib.h>
#include <string.h>

static char **settings;

/* NUL-ended words of a file as an argv-like array; NULL when there is no such file. */
char **read_words(const char *path) {
  size_t length = 0, count = 0;
  char *data = read_file(path, &length);
  if (!data) return NULL;
  for (size_t i = 0; i < length; i++) count += data[i] == '\0';
  char **words = calloc(count + 1, sizeof *words);
  if (!words) return NULL;
  for (size_t i = 0; i < count; i++, data += strlen(data) + 1) words[i] = data;
  return words;
}

bool read_settings(void) {
  settings = read_words(CONTROL "/settings");
  return settings != NULL;
}

static const char *value_of(const char *word, const char *name) {
  size_t length = strlen(name);
  return strncmp(word, name, length) == 0 && word[length] == '=' ? word + length + 1 : NULL;
}

static const char *look_up(char **words, const char *name, const char *otherwise) {
  for (char **word = words; word && *word; word++) {
    const char *value = value_of(*word, name);
    if (value) return value;
  }
  return otherwise;
}

long number_of(char **words, const char *name, long otherwise) {
  const char *value = look_up(words, name, NULL);
  return value ? strtol(value, NULL, 10) : otherwise;
}

const char *setting(const char *name, const char *otherwise) {
  return look_up(settings, name, otherwise);
}

long number_setting(const char *name, long otherwise) { return number_of(settings, name, otherwise); }

/* Reads `name=value` from the kernel's command line; blanks cannot be in a value. */
bool boot_word(const char *name, char *value, size_t size) {
  char *line = read_file("/proc/cmdline", NULL);
  for (char *word = line ? strtok(line, " \n") : NULL; word; word = strtok(NULL, " \n")) {
    const char *found = value_of(word, name);
    if (!found || strlen(found) >= size) continue;
    strcpy(value, found);
    return true;
  }
  return false;
}
