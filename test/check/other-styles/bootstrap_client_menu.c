/* A registry's client in C: a menu by scanf().  bootstrap_client_menu HOST PORT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/socket.h>

int main(int argc, char **argv) {
    int s = socket(AF_INET, SOCK_DGRAM, 0), choice, port, n;
    char service[20], token[40], msg[200], buf[1500];
    struct sockaddr_in a = {0};
    struct timeval tv = {2, 0};
    a.sin_family = AF_INET; a.sin_port = htons(atoi(argv[2])); inet_pton(AF_INET, argv[1], &a.sin_addr);
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    do {
        printf("\n1 - register\n2 - list\n0 - exit\nchoice: ");
        if (scanf("%d", &choice) != 1) break;
        if (choice == 1) {
            printf("port: "); scanf("%d", &port);
            printf("service: "); scanf("%19s", service);
            printf("token: "); scanf("%39s", token);
            n = sprintf(msg, "REGISTRN,127.0.0.1,%d,%s,%s", port, service, token);
            sendto(s, msg, n, 0, (struct sockaddr *)&a, sizeof a);
        } else if (choice == 2) {
            sendto(s, "DISCOVERY", 9, 0, (struct sockaddr *)&a, sizeof a);
            while ((n = recv(s, buf, sizeof buf - 1, 0)) >= 0) {
                buf[n] = 0;
                if (!strcmp(buf, "end")) break;
                printf("  %s\n", buf);
            }
            if (n < 0) printf("no end came\n");
        }
    } while (choice != 0);
    return 0;
}
