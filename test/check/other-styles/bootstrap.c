/* A registry in C: a table of fixed size, strtok, qsort, and a file that is appended to.  bootstrap PORT STORE */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX 1000
struct entry { char ip[64], service[65], token[65]; int port; };
static struct entry table[MAX];
static int count;
static const char *store;

static int put(const char *ip, const char *port, const char *service, const char *token)
{
	struct in6_addr any;
	char *end;
	long number = strtol(port, &end, 10);
	if (*end || number < 1 || number > 65535) return 0;
	if (inet_pton(AF_INET, ip, &any) != 1 && inet_pton(AF_INET6, ip, &any) != 1) return 0;
	if (!*service || strlen(service) > 64 || !*token || strlen(token) > 64) return 0;
	int i = 0;
	while (i < count && (table[i].port != number || strcmp(table[i].ip, ip))) i++;
	if (i == MAX) return 0;
	if (i == count) count++;
	snprintf(table[i].ip, sizeof table[i].ip, "%s", ip);
	snprintf(table[i].service, sizeof table[i].service, "%s", service);
	snprintf(table[i].token, sizeof table[i].token, "%s", token);
	table[i].port = number;
	return 1;
}

/* "REGISTRN,a,b,c,d" into its fields; strtok would drop empty ones. */
static int split(char *text, char *field[], int max)
{
	int n = 0;
	for (char *at = text; at && n < max; n++) {
		field[n] = at;
		if ((at = strchr(at, ','))) *at++ = 0;
	}
	return n;
}

static int by_ip(const void *one, const void *other)
{
	return strcmp(((const struct entry *)one)->ip, ((const struct entry *)other)->ip);
}

static void load(void)
{
	char line[256], *field[4];
	FILE *file = fopen(store, "r");
	if (!file) return;
	while (fgets(line, sizeof line, file)) {
		line[strcspn(line, "\n")] = 0;
		if (split(line, field, 4) == 4) put(field[0], field[1], field[2], field[3]);
	}
	fclose(file);
}

int main(int argc, char **argv)
{
	int sock = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in me = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])) }, peer;
	me.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	store = argv[2];
	load();
	if (bind(sock, (struct sockaddr *)&me, sizeof me) < 0) return perror("bind"), 1;
	for (;;) {
		char buffer[2048], *field[6];
		socklen_t size = sizeof peer;
		ssize_t got = recvfrom(sock, buffer, sizeof buffer - 1, 0, (struct sockaddr *)&peer, &size);
		if (got < 0) continue;
		buffer[got] = 0;
		buffer[strcspn(buffer, "\r\n")] = 0;
		int fields = split(buffer, field, 6);
#define SAY(text) sendto(sock, text, strlen(text), 0, (struct sockaddr *)&peer, size)
		if (fields == 1 && !strcmp(field[0], "DISCOVERY")) {
			qsort(table, count, sizeof *table, by_ip);
			char out[1401] = "", more[256];
			for (int i = 0; i < count; i++) {
				snprintf(more, sizeof more, ",%d,%s,%s", table[i].port, table[i].service, table[i].token);
				int isNew = i == 0 || strcmp(table[i].ip, table[i - 1].ip);
				if (isNew || strlen(out) + strlen(more) > 1400) {
					if (*out) SAY(out);
					snprintf(out, sizeof out, "%s", table[i].ip);
				}
				strcat(out, more);
			}
			if (*out) SAY(out);
			SAY("end");
		} else if (fields == 5 && !strcmp(field[0], "REGISTRN") && put(field[1], field[2], field[3], field[4])) {
			FILE *file = fopen(store, "a");
			fprintf(file, "%s,%s,%s,%s\n", field[1], field[2], field[3], field[4]);
			fclose(file);
		} else
			SAY("ERROR,not understood");
	}
}
