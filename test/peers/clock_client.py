#!/usr/bin/env python3
"""A clock's client as it is handed in: asks for date or time, as it happens, and prints what comes.

    clock_client.py PORT COUNT
"""
import random
import socket
import sys

port, count = int(sys.argv[1]), int(sys.argv[2])

client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.settimeout(2)
for _ in range(count):
    request = random.choice(["SEND_DATE", "SEND_TIME"])
    client.sendto(request.encode(), ("127.0.0.1", port))
    try:
        print(request, client.recvfrom(1024)[0].decode())
    except socket.timeout:
        print(request, "lost")
client.sendto(b"SEND_MONEY", ("127.0.0.1", port))
print(client.recvfrom(1024)[0].decode())
client.close()
