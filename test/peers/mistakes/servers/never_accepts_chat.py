"""listen() without accept(), where a greeting is due."""
from _peer import listen, stay

listener = listen()
stay()
