"""Closes its listener before anybody comes."""
from _peer import listen, stay

listener = listen()
listener.close()
stay()
