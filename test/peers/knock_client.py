#!/usr/bin/env python3
"""A teller of one knock-knock joke as it is handed in: one send(), one recv(), and so on.

    knock_client.py PORT NAME PUNCH_LINE
"""
import socket
import sys

client = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10)
for line in ["Knock knock..", sys.argv[2], sys.argv[3]]:
    client.send(line.encode())
    print(client.recv(1024).decode(), flush=True)
client.close()
