/* A clock's client in C: alarm() as its time limit, rand() for what it asks.  clock_client HOST PORT */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_DGRAM }, *there;
	struct timeval limit = { 2, 0 };
	if (getaddrinfo(argv[1], argv[2], &hints, &there)) return 1;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	srand(time(NULL));
	for (;;) {
		char answer[100];
		const char *request = rand() % 2 ? "SEND_DATE" : "SEND_TIME";
		sendto(fd, request, strlen(request), 0, there->ai_addr, there->ai_addrlen);
		ssize_t got = recvfrom(fd, answer, sizeof answer, 0, NULL, NULL);
		if (got < 0) puts("no answer");
		else printf("%s -> %.*s\n", request, (int)got, answer);
		usleep(1000000 + rand() % 1000000);
	}
}
