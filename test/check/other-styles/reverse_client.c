/* A reverse client in C with wide characters: one recv() for the verdict, then turn by turn.  reverse_client HOST PORT */
#include <locale.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wchar.h>

static int fd;

static void backwards(char *text)
{
	wchar_t wide[1024];
	text[strcspn(text, "\n")] = 0;
	size_t length = mbstowcs(wide, text, 1023);
	if (length == (size_t)-1) return (void)puts(text);
	for (size_t i = length; i-- > 0;) printf("%lc", wide[i]);
	putchar('\n');
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *there;
	char text[1024];
	setlocale(LC_ALL, "");
	if (getaddrinfo(argv[1], argv[2], &hints, &there)) return 1;
	fd = socket(there->ai_family, there->ai_socktype, 0);
	if (connect(fd, there->ai_addr, there->ai_addrlen) < 0) return perror("connect"), 1;
	ssize_t got = recv(fd, text, sizeof text - 1, 0);
	if (got <= 0) return puts("no verdict"), 1;
	text[got] = 0;
	puts(text);
	if (strncmp(text, "ACCEPT", 6)) return 1;
	while (printf("> "), fflush(stdout), fgets(text, sizeof text, stdin)) {
		text[strcspn(text, "\n")] = 0;
		if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0) return perror("send"), 1;
		if (!strcmp(text, "exit")) break;
		got = recv(fd, text, sizeof text - 1, 0);
		if (got < 0) return perror("recv"), 1;
		if (got == 0) return puts("the server has gone"), 0;
		text[got] = 0;
		backwards(text);
	}
	close(fd);
	return 0;
}
