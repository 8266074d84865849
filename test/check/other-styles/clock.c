/* A clock in C: select() on its socket and its keyboard, a small buffer, strftime.  clock PORT */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int sock = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in me = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])) };
	me.sin_addr.s_addr = htonl(INADDR_ANY);
	if (bind(sock, (struct sockaddr *)&me, sizeof me) < 0) return perror("bind"), 1;
	int keyboard = 1;
	for (;;) {
		fd_set ready;
		FD_ZERO(&ready);
		FD_SET(sock, &ready);
		if (keyboard) FD_SET(0, &ready);
		select(sock + 1, &ready, NULL, NULL, NULL);
		char line[128];
		if (keyboard && FD_ISSET(0, &ready) && !fgets(line, sizeof line, stdin)) keyboard = 0;
		if (!FD_ISSET(sock, &ready)) continue;
		char word[32] = "", answer[64];
		struct sockaddr_in peer;
		socklen_t size = sizeof peer;
		ssize_t got = recvfrom(sock, word, sizeof word - 1, 0, (struct sockaddr *)&peer, &size);
		while (got > 0 && isspace((unsigned char)word[got - 1])) word[--got] = 0;
		time_t now = time(NULL);
		const char *form = !strcmp(word, "SEND_DATE") ? "%D" : !strcmp(word, "SEND_TIME") ? "%T" : "Invalid request";
		size_t length = strftime(answer, sizeof answer, form, localtime(&now));
		sendto(sock, answer, length, 0, (struct sockaddr *)&peer, size);
	}
}
