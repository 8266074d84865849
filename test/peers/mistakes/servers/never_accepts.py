"""listen() without accept()."""
from _peer import listen, stay

listener = listen()
stay()
