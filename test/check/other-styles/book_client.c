/* A client of the address book in C: fgets, one write, read() until it is whole.  book_client HOST PORT */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *there;
	char email[128], message[130], answer[130];
	printf("e-mail: ");
	if (!fgets(email, sizeof email, stdin)) return 0;
	email[strcspn(email, "\r\n")] = 0;
	if (getaddrinfo(argv[1], argv[2], &hints, &there)) return 1;
	int fd = socket(there->ai_family, there->ai_socktype, 0);
	if (connect(fd, there->ai_addr, there->ai_addrlen) < 0) return perror("connect"), 1;
	message[0] = 'Q';
	message[1] = strlen(email);
	memcpy(message + 2, email, message[1]);
	if (write(fd, message, message[1] + 2) < 0) return perror("write"), 1;
	int have = 0, need = 2, got = 0;
	while (have < need && (got = read(fd, answer + have, need - have)) > 0) {
		have += got;
		if (have == 2 && answer[1] > 0) need = 2 + answer[1];
	}
	if (got < 0) return perror("read"), 1;
	if (have < need) return fprintf(stderr, "the server left too early\n"), 1;
	printf("%s is %.*s\n", email, answer[1], answer + 2);
	return 0;
}
