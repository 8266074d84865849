/* sizeof(token), where token is a char *. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
  to.sin_addr.s_addr = inet_addr("127.0.0.1");
  connect(fd, (void *)&to, sizeof to);
  const char *token = "a-long-token";
  send(fd, token, sizeof token, 0);
  char answer[100];
  recv(fd, answer, sizeof answer, 0);
  return argc;
}
