"""Stops itself, as Ctrl-Z does."""
import os, signal

from _peer import connect, say

peer = connect()
say(peer, b"bob\n")
os.kill(os.getpid(), signal.SIGSTOP)
