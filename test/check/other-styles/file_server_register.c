/* What a file server does first: one datagram to the registry, and the socket is closed.  file_server_register HOST PORT */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char message[256];
	struct sockaddr_in registry = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[2])) };
	inet_pton(AF_INET, argv[1], &registry.sin_addr);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	snprintf(message, sizeof message, "REGISTRN,%s,%d,%s,%s", "127.0.0.1", 1236, "pdf", "server1");
	if (sendto(fd, message, strlen(message), 0, (struct sockaddr *)&registry, sizeof registry) < 0) return perror("sendto"), 1;
	puts("registered");
	close(fd);
	return 0;
}
