/* A file client in C: asks what is wanted with fgets, select() as a time limit.  file_client HOST PORT */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

static int fd;

static int waits(int sock, int seconds)
{
	fd_set ready;
	struct timeval limit = { seconds, 0 };
	FD_ZERO(&ready);
	FD_SET(sock, &ready);
	return select(sock + 1, &ready, NULL, NULL, &limit) > 0;
}

static void fail(const char *why)
{
	fprintf(stderr, "error: %s\n", why);
	exit(1);
}

/* What lies before the size is read byte by byte: nothing that follows is lost. */
static int reads(const char *good, const char *bad)
{
	char text[64] = "";
	for (int have = 0; have < 60; have++) {
		if (!waits(fd, 10) || read(fd, text + have, 1) <= 0) fail(have ? text : "the server has gone");
		if (!strcmp(text, good)) return 1;
		if (!strcmp(text, bad)) return 0;
	}
	fail(text);
	return 0;
}

int main(int argc, char **argv)
{
	char kind[64], name[128], list[2048], ip[64] = "", token[65];
	struct sockaddr_in registry = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[2])) }, there = registry;
	inet_pton(AF_INET, argv[1], &registry.sin_addr);
	printf("kind of file: ");
	if (!fgets(kind, sizeof kind, stdin)) return 1;
	printf("file: ");
	if (!fgets(name, sizeof name, stdin)) return 1;
	kind[strcspn(kind, "\n")] = name[strcspn(name, "\n")] = 0;

	int udp = socket(AF_INET, SOCK_DGRAM, 0);
	sendto(udp, "DISCOVERY", 9, 0, (struct sockaddr *)&registry, sizeof registry);
	for (;;) {
		if (!waits(udp, 3)) fail("no answer from the registry");
		int got = recv(udp, list, sizeof list - 1, 0);
		if (got < 0) fail("no registry there");
		list[got] = 0;
		if (!strcmp(list, "end")) break;
		char *first = strtok(list, ","), *port, *service, *word;
		while ((port = strtok(NULL, ",")) && (service = strtok(NULL, ",")) && (word = strtok(NULL, ",")))
			if (!*ip && !strcmp(service, kind)) {
				snprintf(ip, sizeof ip, "%s", first);
				snprintf(token, sizeof token, "%s", word);
				there.sin_port = htons(atoi(port));
			}
	}
	if (!*ip) fail("no server has such files");
	inet_pton(AF_INET, ip, &there.sin_addr);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fd, (struct sockaddr *)&there, sizeof there) < 0) return perror("connect"), 1;
	send(fd, token, strlen(token), 0);
	if (!reads("valid", "Invalid")) fail("token refused");
	send(fd, name, strlen(name), 0);
	if (!reads("found", "not found")) fail("file not found");
	int32_t size = 0, have = 0;
	unsigned char raw[4];
	while (have < 4) {
		int got = read(fd, raw + have, 4 - have);
		if (got <= 0) fail("no size");
		have += got;
	}
	size = raw[0] | raw[1] << 8 | raw[2] << 16 | raw[3] << 24;
	send(fd, "Got", 4, 0);
	FILE *file = fopen(name, "wb");
	char block[512];
	int32_t left = size;
	for (int got; left > 0 && (got = read(fd, block, left < 512 ? left : 512)) > 0; left -= got)
		fwrite(block, 1, got, file);
	fclose(file);
	if (left > 0) remove(name), fail("the file broke off");
	printf("%d bytes\n", size);
	return 0;
}
