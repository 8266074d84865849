"""A TCP server on the port of a datagram role."""
from _peer import listen, stay

listener = listen()
stay()
