"""Flushes its name, and forgets to flush the expression."""
import os

from _peer import connect, say

peer = connect()
say(peer, b"ann\n")
out = peer.makefile("w")
out.write("15 + 35\n")
try:
    peer.recv(100)
except KeyboardInterrupt:
    os._exit(1)  # as a signal ends a program in C: what is in its buffers is lost
