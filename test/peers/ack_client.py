#!/usr/bin/env python3
"""An acknowledger's client as it is handed in.

    ack_client.py PORT TEXT
"""
import socket
import sys

client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.settimeout(5)
client.sendto(sys.argv[2].encode(), ("127.0.0.1", int(sys.argv[1])))
answer, server = client.recvfrom(1024)
print(answer.decode(), "from port", server[1])
client.close()
