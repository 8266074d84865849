#!/usr/bin/env python3
"""A chat client as it is handed in: a thread reads, and nothing it sends ends in a newline.

    chat_client.py PORT NAME LOGIN
"""
import socket
import sys
import threading

port, name, login = int(sys.argv[1]), sys.argv[2], sys.argv[3]

client = socket.create_connection(("127.0.0.1", port), timeout=10)


def receive():
    while True:
        data = client.recv(1024)
        if not data:
            break
        print(data.decode(), flush=True)


print(client.recv(1024).decode(), flush=True)
client.send(f":{name}:{login}".encode())

reader = threading.Thread(target=receive)
reader.start()
for line in sys.stdin:
    client.send(f":{name}:{line.rstrip()}".encode())
client.shutdown(socket.SHUT_WR)
reader.join()
client.close()
