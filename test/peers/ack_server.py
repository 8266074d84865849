#!/usr/bin/env python3
"""An acknowledger as it is handed in: prints what came and from whom, and says Ok.

    ack_server.py PORT
"""
import socket
import sys

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", int(sys.argv[1])))
print("listening on", server.getsockname()[1], flush=True)

while True:
    message, sender = server.recvfrom(1024)
    print("got", message.decode(), "from", sender[0], flush=True)
    server.sendto(b"Ok", sender)
