"""Reads the greeting with readline(), and so waits for a newline that does not come."""
from _peer import connect

peer = connect()
peer.makefile().readline()
