#!/usr/bin/env python3
"""A relay client as it is handed in: its own end bound, a thread that reads, bare messages.

    relay_client.py PORT NAME
"""
import socket
import sys
import threading
import time

port, name = int(sys.argv[1]), sys.argv[2]

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.bind(("127.0.0.1", 0))
client.settimeout(10)
client.connect(("127.0.0.1", port))


def receive():
    while True:
        message = client.recv(1024).decode()
        if not message:
            break
        print(message, flush=True)
        if message == "Closing..":
            break


client.send(name.encode())
print(client.recv(1024).decode(), flush=True)

reader = threading.Thread(target=receive)
reader.start()
for line in sys.stdin:
    client.send(line.rstrip().encode())
    # Whoever types is no faster; what is sent at once would be one message.
    time.sleep(0.1)
client.send(b"close")
reader.join()
client.close()
