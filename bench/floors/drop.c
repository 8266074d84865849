/*
 * The least that a server can do with peers that push, as the system allows it: epoll, a read of each in turn into one buffer. Short reads are
 * answered, a line each behind the first; long ones are dropped, or with --unread the last that is read of their sender.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_CLIENTS = 65536, READ_BYTES = 65536, LONG_BYTES = 1024, EVENTS = 256 };

static const char answer[] = "46.0\n";
static int has_name[MAX_CLIENTS];

static void serve(int poll, int fd, int leaves_unread) {
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
  int leaves_unread = count > 1 && strcmp(words[1], "--unread") == 0;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0), on = 1;
  if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 1024)) return 1;
  getsockname(listener, (struct sockaddr *)&address, &size);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[EVENTS];
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    int ready = epoll_wait(poll, events, EVENTS, -1);
    for (int i = 0; i < ready; i++) {
      if (events[i].data.fd != listener) {
        serve(poll, events[i].data.fd, leaves_unread);
        continue;
      }
      int fd = accept(listener, NULL, NULL);
      if (fd < 0 || fd >= MAX_CLIENTS) continue;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      event.data.fd = fd;
      epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
    }
  }
}
