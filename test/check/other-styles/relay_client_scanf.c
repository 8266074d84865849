/* A relay's client in C: scanf() for the receiver, and then for the text; it hears after each.  relay_client_scanf HOST PORT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/select.h>

int main(int argc, char **argv) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), n;
    struct sockaddr_in a = {0};
    char user[50], to[50], text[500], out[600], in[1024];
    a.sin_family = AF_INET;
    a.sin_port = htons(atoi(argv[2]));
    a.sin_addr.s_addr = inet_addr(argv[1]);
    if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == -1) { perror("connect"); return 1; }
    printf("username: "); fflush(stdout);
    scanf("%s", user);
    send(fd, user, strlen(user), 0);
    n = recv(fd, in, sizeof(in) - 1, 0);
    if (n <= 0) { printf("server gone\n"); return 1; }
    in[n] = 0; printf("%s\n", in);
    printf("to: "); fflush(stdout);
    while (scanf("%s", to) == 1) {
        if (strcmp(to, "close") == 0) {
            send(fd, "close", 5, 0);
            n = recv(fd, in, sizeof(in) - 1, 0);
            if (n > 0) { in[n] = 0; printf("%s\n", in); }
            break;
        }
        printf("text: "); fflush(stdout);
        scanf(" %[^\n]", text);
        sprintf(out, "%s|%s", text, to);
        if (send(fd, out, strlen(out), MSG_NOSIGNAL) < 0) { perror("send"); return 1; }
        /* answers that are there */
        fd_set r; struct timeval tv = {0, 300000};
        FD_ZERO(&r); FD_SET(fd, &r);
        while (select(fd + 1, &r, NULL, NULL, &tv) > 0) {
            n = recv(fd, in, sizeof(in) - 1, 0);
            if (n <= 0) { printf("server gone\n"); return 1; }
            in[n] = 0; printf("%s\n", in);
            FD_ZERO(&r); FD_SET(fd, &r); tv.tv_sec = 0; tv.tv_usec = 100000;
        }
        printf("to: "); fflush(stdout);
    }
    close(fd);
    return 0;
}
