#!/usr/bin/env python3
"""A file server as it is handed in: registers itself by one datagram, then serves one client after another.

    file_server.py BOOTSTRAP_PORT PORT SERVICE TOKEN FOLDER
"""
import os
import socket
import struct
import sys

bootstrap_port, port = int(sys.argv[1]), int(sys.argv[2])
service, token, folder = sys.argv[3], sys.argv[4], sys.argv[5]


def serve(client):
    if client.recv(1024).decode() != token:
        client.send(b"Invalid")
        return
    client.send(b"valid")
    while True:
        filename = client.recv(1024).decode()
        if not filename:
            return
        path = os.path.join(folder, filename)
        if not os.path.isfile(path):
            client.send(b"not found")
            continue
        client.send(b"found")
        client.send(struct.pack("<i", os.path.getsize(path)))
        print("acknowledged with", client.recv(1024), flush=True)
        with open(path, "rb") as file:
            client.sendall(file.read())


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", port))
listener.listen(5)

registration = f"REGISTRN,127.0.0.1,{listener.getsockname()[1]},{service},{token}"
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.sendto(registration.encode(), ("127.0.0.1", bootstrap_port))
udp.close()
print("registered with", registration, flush=True)

while True:
    connection, _ = listener.accept()
    serve(connection)
    connection.close()
