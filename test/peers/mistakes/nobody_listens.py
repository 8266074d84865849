"""A server that forgets htons() in bind(), and so listens where nobody looks for it."""
from _peer import PORT, listen

listener = listen((PORT & 0xFF) << 8 | PORT >> 8)
input()
