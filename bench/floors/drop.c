/*
 * The least that a server can do with peers that push, as the system allows it: epoll, a read of each in turn into one buffer. Short reads are
 * answered, a line each behind the first; long ones are dropped, or with --unread the last that is read of their sender.
 */
#include <string.h>
#include <unistd.h>
#include "serve-all.h"

enum { LONG_BYTES = 1024 };

static const char answer[] = "46.0\n";
static int has_name[MAX_CLIENTS], leaves_unread;

static void serve(int poll, int fd) {
  static char input[READ_BYTES], replies[LONG_BYTES * sizeof answer];
  ssize_t got = read(fd, input, READ_BYTES);
  if (got <= 0) {
    has_name[fd] = 0;
    close(fd);
    return;
  }
  if (got > LONG_BYTES) {
    if (leaves_unread) epoll_ctl(poll, EPOLL_CTL_DEL, fd, NULL);
    return;
  }
  int said = 0;
  for (char *at = input, *newline; (newline = memchr(at, '\n', input + got - at)); at = newline + 1) {
    if (has_name[fd]) {
      memcpy(replies + said, answer, sizeof answer - 1);
      said += sizeof answer - 1;
    }
    has_name[fd] = 1;
  }
  if (said > 0 && write(fd, replies, said) != said) close(fd);
}

int main(int count, char **words) {
  leaves_unread = count > 1 && strcmp(words[1], "--unread") == 0;
  return serve_all(serve);
}
