#!/usr/bin/env python3
"""A clock as it is handed in.

    clock_server.py PORT
"""
import socket
import sys
import time

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", int(sys.argv[1])))
print("listening on", server.getsockname()[1], flush=True)

while True:
    request, sender = server.recvfrom(1024)
    if request == b"SEND_DATE":
        answer = time.strftime("%D")
    elif request == b"SEND_TIME":
        answer = time.strftime("%T")
    else:
        answer = "Invalid request"
    server.sendto(answer.encode(), sender)
