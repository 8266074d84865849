#!/usr/bin/env python3
"""A chat room as it is handed in: a thread a member, who hands on whatever it reads to everybody.

    chat_server.py PORT
"""
import socket
import sys
import threading

members = []


def broadcast(message):
    for member in list(members):
        member.send(message)


def serve(connection):
    connection.send(b"Please, Enter Your ig name")
    _, name, login = connection.recv(1024).decode().split(":")
    connection.send(f"new user :{name}:{login} connected!\n".encode())
    members.append(connection)
    broadcast(f"new user :{name}:{login} joined \n".encode())
    while True:
        data = connection.recv(1024)
        if not data:
            break
        print("got", data.decode(), flush=True)
        broadcast(data)
    members.remove(connection)
    connection.close()
    broadcast(f":{name}:{login} left chat".encode())


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen(5)
print("listening on", listener.getsockname()[1], flush=True)

while True:
    connection, _ = listener.accept()
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
