#!/usr/bin/env python3
"""A registry as it is handed in: a dict of lists, which an entry that comes again is appended to once more.

    bootstrap_server.py PORT
"""
import socket
import sys

services = {}

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", int(sys.argv[1])))
print("bootstrap server on port", server.getsockname()[1], flush=True)

while True:
    data, sender = server.recvfrom(1024)
    message = data.decode()
    print("got", message, flush=True)
    if message.startswith("REGISTRN"):
        _, ip, port, service, token = message.split(",")
        services.setdefault(ip, []).append(f"{port},{service},{token}")
    elif message == "DISCOVERY":
        for ip in sorted(services):
            server.sendto((ip + "," + ",".join(services[ip])).encode(), sender)
        server.sendto(b"end", sender)
    elif message == "bye":
        break
