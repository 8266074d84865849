/* A relay's client in C: poll() on keyboard and socket, fgets.  relay_client HOST PORT */
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *there;
	if (getaddrinfo(argv[1], argv[2], &hints, &there)) return 1;
	int fd = socket(there->ai_family, there->ai_socktype, 0);
	if (connect(fd, there->ai_addr, there->ai_addrlen) < 0) return perror("connect"), 1;
	setvbuf(stdin, NULL, _IONBF, 0);
	fputs("Your name: ", stdout);
	fflush(stdout);
	struct pollfd both[] = { { fd, POLLIN, 0 }, { 0, POLLIN, 0 } };
	while (poll(both, 2, -1) > 0) {
		char text[1024];
		if (both[0].revents) {
			ssize_t got = recv(fd, text, sizeof text - 1, 0);
			if (got <= 0) return puts("the relay has gone"), got < 0;
			fwrite(text, 1, got, stdout);
			if (text[got - 1] != '\n') putchar('\n');
			fflush(stdout);
		}
		if (both[1].revents) {
			if (!fgets(text, sizeof text, stdin)) break;
			text[strcspn(text, "\n")] = 0;
			if (*text && send(fd, text, strlen(text), MSG_NOSIGNAL) < 0) return perror("send"), 1;
			if (!strcmp(text, "close")) break;
		}
	}
	close(fd);
	return 0;
}
