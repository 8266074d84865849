/* An address book in C, a process for each client: read() until it is whole, one writev().  book PORT BOOK */
#include <arpa/inet.h>
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *book;

static int whole(int fd, char *to, int size)
{
	for (int have = 0; have < size;) {
		int got = read(fd, to + have, size - have);
		if (got <= 0) return 0;
		have += got;
	}
	return 1;
}

static void answer(int fd, const char *text)
{
	size_t length = strlen(text);
	if (length > 127) for (length = 127; (text[length] & 0xc0) == 0x80; length--) ;
	struct { char type; signed char length; } head = { 'R', length };
	struct iovec both[] = { { &head, 2 }, { (void *)text, length } };
	writev(fd, both, 2);
	char rest[4096];
	shutdown(fd, SHUT_WR);
	while (read(fd, rest, sizeof rest) > 0) ;
}

static void talk(int fd)
{
	struct { char type; signed char length; } head;
	char email[128] = "", line[512], *from = email;
	if (!whole(fd, (char *)&head, 2)) return;
	if (head.type != 'Q' || head.length < 0 || !whole(fd, email, head.length))
		return answer(fd, "Error: Unknown message protocol");
	email[head.length] = 0;
	while (isspace((unsigned char)*from)) from++;
	while (*from && isspace((unsigned char)from[strlen(from) - 1])) from[strlen(from) - 1] = 0;
	FILE *file = fopen(book, "r");
	while (file && fgets(line, sizeof line, file)) {
		char *name = strchr(line, ',');
		line[strcspn(line, "\n")] = 0;
		*name++ = 0;
		if (!strcasecmp(line, from)) return answer(fd, name);
	}
	answer(fd, "Error 404");
}

int main(int argc, char **argv)
{
	int on = 1, server = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in me = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])) };
	signal(SIGCHLD, SIG_IGN);
	setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(server, (struct sockaddr *)&me, sizeof me) < 0 || listen(server, 32) < 0) return perror("bind"), 1;
	book = argv[2];
	for (;;) {
		int fd = accept(server, NULL, NULL);
		if (fd < 0) continue;
		if (fork() == 0) {
			close(server);
			talk(fd);
			_exit(0);
		}
		close(fd);
	}
}
