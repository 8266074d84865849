/* A calculator with a process for each client. */
#include <math.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void show(double value, char *text, size_t size) {
    if (isnan(value)) { snprintf(text, size, "nan"); return; }
    if (isinf(value)) { snprintf(text, size, value < 0 ? "-inf" : "inf"); return; }
    /* the fewest digits that give the same number again */
    int digits = 1;
    for (; digits < 17; digits++) {
        snprintf(text, size, "%.*e", digits - 1, value);
        if (strtod(text, NULL) == value) break;
    }
    snprintf(text, size, "%.*e", digits - 1, value);
    int exponent = atoi(strchr(text, 'e') + 1);
    if (value != 0 && (exponent < -4 || exponent >= 16)) return;
    int places = digits - 1 - exponent;
    snprintf(text, size, "%.*f", places < 1 ? 1 : places, value);
}

static void compute(char *line, char *result, size_t size) {
    char first[64], sign[64], second[64], rest[64], *end;
    if (sscanf(line, "%63s %63s %63s %63s", first, sign, second, rest) != 3) goto wrong;
    double a = strtod(first, &end);
    if (*end) goto wrong;
    double b = strtod(second, &end);
    if (*end) goto wrong;
    if (strlen(sign) != 1 || !strchr("+-*/", sign[0])) { snprintf(result, size, "Incorrect operator"); return; }
    if (sign[0] == '/' && b == 0) { snprintf(result, size, "Division by zero"); return; }
    double value = sign[0] == '+' ? a + b : sign[0] == '-' ? a - b : sign[0] == '*' ? a * b : a / b;
    show(value, result, size);
    return;
wrong:
    snprintf(result, size, "Incorrect expression format");
}

static void serve(int client) {
    char line[1025], result[512];
    ssize_t n = recv(client, line, 1024, 0);
    if (n <= 0) return;
    while ((n = recv(client, line, 1024, 0)) > 0) {
        line[n] = 0;
        line[strcspn(line, "\r\n")] = 0;
        if (strcmp(line, "q") == 0) return;
        compute(line, result, sizeof result);
        send(client, result, strlen(result), MSG_NOSIGNAL);
    }
}

int main(int argc, char **argv) {
    signal(SIGCHLD, SIG_IGN);
    int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])) };
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) { perror("bind"); return 1; }
    listen(listener, 64);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0) continue;
        if (fork() == 0) {
            close(listener);
            serve(client);
            close(client);
            exit(0);
        }
        close(client);
    }
}
