/* strncpy() without room for the NUL, and strlen() runs on into the next array. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
  to.sin_addr.s_addr = inet_addr("127.0.0.1");
  connect(fd, (void *)&to, sizeof to);
  struct { char text[5]; unsigned char rest[20]; } name;
  memset(&name, 0xaa, sizeof name);
  name.rest[19] = 0;
  memcpy(name.text, "alice", 5);
  send(fd, name.text, strlen(name.text), 0);
  sleep(30);
  return argc;
}
