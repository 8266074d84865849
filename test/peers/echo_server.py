#!/usr/bin/env python3
"""An echo server with commands as it is handed in: one client after another, one recv() is one command.

    echo_server.py PORT FOLDER
"""
import os
import socket
import subprocess
import sys

os.chdir(sys.argv[2])
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen(5)
print("listening on", listener.getsockname()[1], flush=True)


def download(name):
    try:
        with open(name, "rb") as file:
            return file.read()
    except OSError:
        return b"Problem in opening file"


while True:
    client, _ = listener.accept()
    client.send(b"Enter your command please")
    while True:
        data = client.recv(1024).decode()
        print("got", repr(data), flush=True)
        if data == "" or data == "close":
            break
        if data.startswith("download "):
            client.send(download(data[len("download "):]))
        elif data.startswith("run "):
            client.send(subprocess.run(data[len("run "):].split(), capture_output=True).stdout)
        else:
            client.send(data.encode())
    if data == "close":
        client.send(b"Closing...")
    client.close()
