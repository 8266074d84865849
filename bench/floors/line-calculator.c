/* A calculator for line clients as the system allows it: epoll, one read and one write a round, no copy that is not needed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "serve-all.h"

/* Whether a client has said its name, and what is left of a line. */
static struct { int has_name; int rest_bytes; char *rest; } clients[MAX_CLIENTS];
/* Room for an answer to each line of two reads, were each of one byte. */
static char replies[READ_BYTES * 2 * 32];

static int reply_to(const char *line, char *out) {
  char *end;
  double left = strtod(line, &end);
  while (*end == ' ') end++;
  char operator = *end;
  if (operator == '\0' || !strchr("+-*/", operator)) return sprintf(out, "Incorrect expression format\n");
  double right = strtod(end + 1, &end);
  if (operator == '/' && right == 0) return sprintf(out, "Division by zero\n");
  double value = operator == '+' ? left + right : operator == '-' ? left - right
               : operator == '*' ? left * right : left / right;
  return sprintf(out, value == (long)value ? "%.1f\n" : "%.17g\n", value);
}

static void forget(int fd) {
  free(clients[fd].rest);
  memset(&clients[fd], 0, sizeof clients[fd]);
  close(fd);
}

static void serve(int poll, int fd) {
  static char input[READ_BYTES * 2];
  int rest = clients[fd].rest_bytes;
  if (rest > 0) memcpy(input, clients[fd].rest, rest);
  ssize_t got = read(fd, input + rest, READ_BYTES);
  if (got <= 0) return forget(fd);
  char *at = input, *end = input + rest + got, *newline;
  int said = 0;
  while ((newline = memchr(at, '\n', end - at))) {
    *newline = '\0';
    if (clients[fd].has_name) said += reply_to(at, replies + said);
    clients[fd].has_name = 1;
    at = newline + 1;
  }
  clients[fd].rest_bytes = end - at > READ_BYTES ? 0 : end - at;
  if (clients[fd].rest_bytes > 0) {
    if (!clients[fd].rest) clients[fd].rest = malloc(READ_BYTES);
    memcpy(clients[fd].rest, at, clients[fd].rest_bytes);
  }
  if (said > 0 && write(fd, replies, said) != said) forget(fd);
}

int main(void) {
  return serve_all(serve);
}
