/* A client that is acknowledged, and tries three times, with connect() on its datagram socket.  ack_client HOST PORT */
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_DGRAM }, *there;
	char text[512], answer[64];
	if (getaddrinfo(argv[1], argv[2], &hints, &there)) return 1;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	connect(fd, there->ai_addr, there->ai_addrlen);
	if (!fgets(text, sizeof text, stdin)) return 0;
	for (int attempt = 1; attempt <= 3; attempt++) {
		struct pollfd one = { fd, POLLIN, 0 };
		send(fd, text, strlen(text) + 1, 0);
		if (poll(&one, 1, 1000) > 0) {
			ssize_t got = recv(fd, answer, sizeof answer, 0);
			if (got < 0) return perror("recv"), 1;
			printf("acknowledged: %.*s\n", (int)got, answer);
			return 0;
		}
		printf("attempt %d failed\n", attempt);
	}
	return 1;
}
