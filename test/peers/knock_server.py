#!/usr/bin/env python3
"""A listener of knock-knock jokes as it is handed in: one client after another, one recv() is one line.

    knock_server.py PORT
"""
import socket
import sys

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen(5)
print("listening on", listener.getsockname()[1], flush=True)

while True:
    client, _ = listener.accept()
    while True:
        opening = client.recv(1024).decode()
        if opening == "Knock knock.." or opening == "":
            break
        client.send(b"Try: Knock knock..")
    if opening:
        client.send(b"Who's there?")
        name = client.recv(1024).decode()
        client.send((name + " who?").encode())
        print(name, "tells", client.recv(1024).decode(), flush=True)
        client.send(b"Ha!")
    client.close()
