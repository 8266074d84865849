"""readline() for the prompt."""
from _peer import connect

peer = connect()
peer.makefile().readline()
