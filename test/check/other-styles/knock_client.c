/* A teller of knock-knock jokes in C: fgets(), and one recv() after each line.  knock_client HOST PORT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/socket.h>

int main(int argc, char **argv) {
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[2])) };
    char line[256], answer[256];
    int n, s = socket(AF_INET, SOCK_STREAM, 0);
    inet_aton(argv[1], &a.sin_addr);
    if (connect(s, (struct sockaddr *)&a, sizeof a)) { perror("connect"); return 1; }
    while (printf("You: "), fflush(stdout), fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\r\n")] = 0;
        if (send(s, line, strlen(line), MSG_NOSIGNAL) < 0) { perror("send"); return 1; }
        if ((n = recv(s, answer, sizeof answer - 1, 0)) <= 0) { puts("It has gone."); break; }
        answer[n] = 0;
        printf("It: %s\n", answer);
        if (!strcmp(answer, "Ha!")) break;
    }
    close(s);
}
