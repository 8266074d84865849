#!/usr/bin/env python3
"""A relay as it is handed in: select() over all sockets, a dict of names, one recv() is one message.

    relay_server.py PORT
"""
import select
import socket
import sys

names = {}

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen(5)
print("listening on", listener.getsockname()[1], flush=True)

sockets = [listener]
while True:
    readable, _, _ = select.select(sockets, [], [])
    for sock in readable:
        if sock is listener:
            connection, _ = listener.accept()
            sockets.append(connection)
            continue
        message = sock.recv(1024).decode()
        print("got", message, flush=True)
        if not message or message == "close":
            if message:
                sock.send(b"Closing..")
            names.pop(sock, None)
            sockets.remove(sock)
            sock.close()
        elif sock not in names:
            names[sock] = message
            sock.send(b"Message please")
        else:
            text, user = message.split("|")
            receivers = [other for other in names if names[other] == user]
            if receivers:
                receivers[0].send(f"{names[sock]} | {text}".encode())
            else:
                sock.send(b"Server | Receiver not online")
