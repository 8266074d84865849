/* The calculator's client: the name, then an expression and its result, until q. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[2])) };
    inet_pton(AF_INET, argv[1], &address.sin_addr);
    int server = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(server, (struct sockaddr *)&address, sizeof address) < 0) { perror("connect"); return 1; }
    char line[1024], reply[1025];
    int isFirst = 1;
    printf("Name: ");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        send(server, line, strlen(line), MSG_NOSIGNAL);
        if (strcmp(line, "q") == 0) break;
        if (!isFirst) {
            ssize_t n = recv(server, reply, 1024, 0);
            if (n <= 0) break;
            reply[n] = 0;
            printf("%s\n", reply);
        }
        isFirst = 0;
        printf("Expression: ");
        fflush(stdout);
    }
    close(server);
    return 0;
}
