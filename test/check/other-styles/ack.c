/* An acknowledger in C, whose buffer is shorter than what may come: recvfrom() drops the rest.  ack PORT */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	struct addrinfo hints = { .ai_family = AF_INET6, .ai_socktype = SOCK_DGRAM, .ai_flags = AI_PASSIVE }, *here;
	if (getaddrinfo(NULL, argv[1], &hints, &here)) return 1;
	int sock = socket(here->ai_family, here->ai_socktype, 0);
	if (bind(sock, here->ai_addr, here->ai_addrlen) < 0) return perror("bind"), 1;
	for (;;) {
		char text[256];
		struct sockaddr_storage peer;
		socklen_t size = sizeof peer;
		ssize_t got = recvfrom(sock, text, sizeof text - 1, 0, (struct sockaddr *)&peer, &size);
		if (got < 0) continue;
		text[got] = 0;
		printf("message: %s\n", text);
		sendto(sock, "Ok", 2, 0, (struct sockaddr *)&peer, size);
	}
}
