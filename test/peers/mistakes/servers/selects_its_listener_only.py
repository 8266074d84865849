"""Watches with select(), and forgot to add the socket that accept() returned."""
import select

from _peer import listen

listener = listen()
peers = []
while True:
    select.select([listener], [], [])
    peers.append(listener.accept()[0])
