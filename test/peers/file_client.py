#!/usr/bin/env python3
"""A file client as it is handed in: one recv() is one message, and nothing it sends ends in a newline.

    file_client.py BOOTSTRAP_PORT SERVICE FILENAME SAVE_AS [TOKEN]
"""
import socket
import struct
import sys

bootstrap_port, service, filename, save_as = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]

udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.settimeout(5)
udp.sendto(b"DISCOVERY", ("127.0.0.1", bootstrap_port))
servers = []
while True:
    answer = udp.recv(1024).decode()
    if answer == "end":
        break
    ip, *rest = answer.split(",")
    for index in range(0, len(rest), 3):
        servers.append((ip, int(rest[index]), rest[index + 1], rest[index + 2]))
udp.close()
for server in servers:
    print("discovered", *server)

matching = [server for server in servers if server[2] == service]
if not matching:
    sys.exit("nobody serves " + service)
ip, port, _, token = matching[0]
if len(sys.argv) > 5:
    token = sys.argv[5]

client = socket.create_connection((ip, port), timeout=10)
client.send(token.encode())
answer = client.recv(1024).decode()
print(answer)
if answer != "valid":
    sys.exit("the token is refused")

client.send(filename.encode())
answer = client.recv(1024).decode()
print(answer)
if answer != "found":
    sys.exit("no such file")

size = struct.unpack("<i", client.recv(1024))[0]
print("size", size)
client.send(b"Got\0")

received = 0
with open(save_as, "wb") as file:
    while received < size:
        data = client.recv(1024)
        if not data:
            sys.exit("the server closed too early")
        file.write(data)
        received += len(data)
client.close()
print("received", received)
