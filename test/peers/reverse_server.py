#!/usr/bin/env python3
"""A reverse server as it is handed in: when every client has sent a line, its operator types one for all of them.

    reverse_server.py PORT LIMIT < answers
"""
import select
import socket
import sys

limit = int(sys.argv[2])
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen(5)
print("listening on", listener.getsockname()[1], flush=True)

clients = []
waiting = []
while True:
    ready, _, _ = select.select([listener] + clients, [], [])
    for one in ready:
        if one is listener:
            client, _ = listener.accept()
            if len(clients) == limit:
                client.send(b"REJECT")
                client.close()
            else:
                client.send(b"ACCEPT")
                clients.append(client)
            continue
        message = one.recv(1024).decode()
        if message == "exit" or message == "":
            print("a client leaves with", repr(message), flush=True)
            clients.remove(one)
            if one in waiting:
                waiting.remove(one)
            one.close()
            continue
        print(message[::-1], flush=True)
        waiting.append(one)
    if clients and len(waiting) == len(clients):
        answer = input().encode()
        for client in clients:
            client.send(answer)
        waiting = []
