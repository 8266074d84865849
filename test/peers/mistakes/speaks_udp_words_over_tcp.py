"""Asks for the time by TCP."""
from _peer import connect

peer = connect()
peer.sendall(b"SEND_TIME")
peer.recv(1024)
