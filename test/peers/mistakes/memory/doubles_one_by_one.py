"""Sends each operand as the eight bytes of a double, reads the refusal eight bytes at a time, and goes."""
import struct
import time

from _peer import connect, say

peer = connect()
say(peer, b"maria")
time.sleep(0.3)
peer.sendall(struct.pack("<d", 15.0))
time.sleep(0.1)
peer.sendall(b"+")
peer.sendall(struct.pack("<d", 35.0))
peer.recv(8)
peer.recv(8)
