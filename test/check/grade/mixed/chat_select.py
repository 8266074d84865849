"""A chat room in one thread: select() tells who has said something."""
import select
import socket
import sys

PROMPT = b"Please, Enter Your ig name"
server = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=64)
waiting, members = set(), {}


def tell_all(text):
    for member in list(members):
        try:
            member.sendall(text.encode())
        except OSError:
            leave(member)


def leave(client):
    waiting.discard(client)
    names = members.pop(client, None)
    client.close()
    if names:
        tell_all(":{}:{} left chat".format(*names))


def login(client, text):
    first, _, second = text.strip().removeprefix(":").partition(":")
    name, user = first, second or first
    known = {word for names in members.values() for word in names} | {"Server"}
    for word in (user, name):
        if word in known:
            client.sendall(f"Name taken: {word}, choose another\n".encode() + PROMPT)
            return
    waiting.discard(client)
    members[client] = (name, user)
    client.sendall(f"new user :{name}:{user} connected!\n".encode())
    tell_all(f"new user :{name}:{user} joined \n")


while True:
    for ready in select.select([server, *waiting, *members], [], [])[0]:
        if ready is server:
            client, _ = server.accept()
            waiting.add(client)
            client.sendall(PROMPT)
            continue
        if ready not in waiting and ready not in members:
            continue
        try:
            data = ready.recv(1024)
        except OSError:
            data = b""
        if not data:
            leave(ready)
        elif ready in waiting:
            login(ready, data.decode(errors="replace"))
        else:
            tell_all(data.decode(errors="replace"))
