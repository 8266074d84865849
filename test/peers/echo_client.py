#!/usr/bin/env python3
"""An echo client as it is handed in: one send() and one recv(4096) for each command; what it downloads it saves.

    echo_client.py HOST PORT FOLDER COMMAND...
"""
import os
import socket
import sys

os.chdir(sys.argv[3])
client = socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=10)
print(client.recv(4096).decode(), flush=True)
for command in sys.argv[4:]:
    client.send(command.encode())
    reply = client.recv(4096)
    if command.startswith("download ") and reply != b"Problem in opening file":
        name = "client_" + command[len("download "):]
        with open(name, "wb") as file:
            file.write(reply)
        print("saved", name, len(reply), flush=True)
    else:
        print(reply.decode(), flush=True)
print("then", client.recv(4096), flush=True)
client.close()
