/* A chat room in one thread, on poll(). */
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX 128
#define PROMPT "Please, Enter Your ig name"

static struct pollfd fds[MAX];
static char names[MAX][65], logins[MAX][65];
static int count = 1;

static void say(int at, const char *text) { send(fds[at].fd, text, strlen(text), MSG_NOSIGNAL); }

static void say_to_all(const char *text) {
    for (int i = 1; i < count; i++)
        if (logins[i][0]) say(i, text);
}

static void leave(int at) {
    char text[256] = "";
    if (logins[at][0]) snprintf(text, sizeof text, ":%s:%s left chat", names[at], logins[at]);
    close(fds[at].fd);
    count--;
    fds[at] = fds[count];
    strcpy(names[at], names[count]);
    strcpy(logins[at], logins[count]);
    logins[count][0] = 0;
    if (text[0]) say_to_all(text);
}

static int is_taken(const char *word) {
    if (strcmp(word, "Server") == 0) return 1;
    for (int i = 1; i < count; i++)
        if (logins[i][0] && (strcmp(names[i], word) == 0 || strcmp(logins[i], word) == 0)) return 1;
    return 0;
}

static void enter(int at, char *line) {
    char name[65] = "", login[65] = "", text[256];
    line[strcspn(line, "\r\n")] = 0;
    if (line[0] == ':') line++;
    sscanf(line, "%64[^:]:%64[^:]", name, login);
    if (!login[0]) strcpy(login, name);
    const char *taken = is_taken(login) ? login : is_taken(name) ? name : NULL;
    if (taken) {
        snprintf(text, sizeof text, "Name taken: %s, choose another\n" PROMPT, taken);
        say(at, text);
        return;
    }
    strcpy(names[at], name);
    strcpy(logins[at], login);
    snprintf(text, sizeof text, "new user :%s:%s connected!\n", name, login);
    say(at, text);
    snprintf(text, sizeof text, "new user :%s:%s joined \n", name, login);
    say_to_all(text);
}

int main(int argc, char **argv) {
    int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])) };
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) { perror("bind"); return 1; }
    listen(listener, 64);
    fds[0] = (struct pollfd){ .fd = listener, .events = POLLIN };
    for (;;) {
        poll(fds, count, -1);
        for (int i = count - 1; i > 0; i--) {
            if (!fds[i].revents) continue;
            char line[1025];
            ssize_t n = recv(fds[i].fd, line, 1024, 0);
            if (n <= 0) { leave(i); continue; }
            line[n] = 0;
            if (logins[i][0]) say_to_all(line);
            else enter(i, line);
        }
        if (fds[0].revents && count < MAX) {
            fds[count] = (struct pollfd){ .fd = accept(listener, NULL, NULL), .events = POLLIN };
            logins[count][0] = 0;
            say(count++, PROMPT);
        }
    }
}
