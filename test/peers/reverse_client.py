#!/usr/bin/env python3
"""A reverse client as it is handed in: waits for the verdict, then says a line, waits for the answer, prints it reversed.

    reverse_client.py PORT < lines
"""
import socket
import sys

client = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10)
verdict = client.recv(1024).decode()
print(verdict, flush=True)
while verdict == "ACCEPT":
    line = input()
    client.send(line.encode())
    if line == "exit":
        break
    answer = client.recv(1024).decode()
    if answer == "":
        break
    print(answer[::-1], flush=True)
client.close()
